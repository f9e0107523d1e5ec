// The routes of the Images API, and of its extensions for edges.
#pragma once

#include <vector>

#include "origin/api/request.h"

namespace glint::origin {

class EventFeed;

// A row of a table of routes.
struct ApiRoute {
  http::Method method;
  const char* pattern;
  const char* label;
  net::BodyMode body;
  BodyRule rule;
  ApiFunction function;
  http::OtherMethods other_methods = http::OtherMethods::kNotAllowed;
};

// The routes that carry or move an image's bytes.
struct DataRoutes {
  ApiFunction upload = {};
  ApiFunction download = {};
  ApiFunction stage = {};
  ApiFunction import = {};
};

// `services` must outlive the routes.
std::vector<net::WorkerRoute> apiRoutes(const ApiServices& services, DataRoutes data);

// /glint/v1. `services` and `events` must outlive the routes. `manifest` answers for block
// manifests; empty: there are none.
std::vector<net::WorkerRoute> extensionRoutes(const ApiServices& services, EventFeed& events,
                                              ApiFunction manifest = {});

}  // namespace glint::origin
