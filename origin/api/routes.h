// The routes of the Images API.
#pragma once

#include <vector>

#include "origin/api/request.h"

namespace glint::origin {

// The two routes that carry an image's bytes.
struct DataRoutes {
  ApiFunction upload;
  ApiFunction download;
};

// `services` must outlive the routes.
std::vector<net::WorkerRoute> apiRoutes(const ApiServices& services, DataRoutes data);

}  // namespace glint::origin
