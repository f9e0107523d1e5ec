// What every route of the Images API has in common: identity, the order of checks, errors as
// answers.
//
// A route is a plain function ApiFunction on a worker; apiRoute() puts the common checks in front
// of it (spec: order of processing): identity (401), a body where none is allowed (400), then the
// function, whose refusals become error bodies in the form the client accepts.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "base/clock.h"
#include "base/context.h"
#include "base/result.h"
#include "http/message.h"
#include "image/record.h"
#include "net/worker_handler.h"
#include "origin/catalog/catalog.h"
#include "origin/catalog/edge_catalog.h"
#include "origin/catalog/metadef_catalog.h"
#include "origin/catalog/task_catalog.h"
#include "origin/identity/identity.h"
#include "origin/policy/policy.h"
#include "origin/policy/property_protection.h"
#include "origin/stores/store_set.h"

namespace glint::image {
class ImageSchema;
}

namespace glint::origin {

struct ApiOptions {
  std::string public_endpoint = {};  // of version links; empty: the request's host
  std::uint32_t limit_param_default = 25;
  std::uint32_t api_limit_max = 1000;
  std::int64_t image_property_quota = 128;  // negative: unlimited
  std::int64_t image_tag_quota = 128;
  std::int64_t image_member_quota = 128;
  std::uint32_t max_request_id_length = 64;  // 0: any
  bool show_image_direct_url = false;
  bool show_multiple_locations = false;                  // and let them be patched
  std::int64_t image_location_quota = 10;                // of patches; negative: unlimited
  std::uint64_t image_size_cap = 1ull << 40;             // bytes, of what locations lead to
  std::string hashing_algorithm = "sha512";              // of what clients promise of locations
  bool gzip = false;                                     // for clients that take it
  std::vector<std::string> enabled_import_methods = {};  // those there are
};

// Everything handlers work with; outlives them.
struct ApiServices {
  Catalog& catalog;
  MetadefCatalog& metadefs;
  Identity& identity;
  const Policy& policy;
  const image::ImageSchema& schema;
  const StoreSet& stores;
  ApiOptions options = {};
  const Clock& clock = Clock::real();
  const PropertyProtection* protection = nullptr;  // null: nothing is protected
  // Absent where nothing is imported: in tests of other things.
  TaskCatalog* tasks = nullptr;
  Store* staging = nullptr;
  EdgeCatalog* edges = nullptr;  // null: no edge reports here
};

// A refusal on its way to the client. Converts from Error through http/status_map.h.
struct ApiError {
  int status = 500;
  std::string message;
  http::HeaderMap headers;

  ApiError(int status_code, std::string text) : status(status_code), message(std::move(text)) {}
  ApiError(const Error& error);  // NOLINT(google-explicit-constructor): errors pass up as they are
};
template <class T>
using ApiResult = tl::expected<T, ApiError>;

// Refusals of the Images API for which there is no domain error.
inline constexpr int kStatusUnauthorized = 401;
inline constexpr int kStatusGone = 410;
inline constexpr int kStatusUnsupportedMediaType = 415;
inline constexpr int kStatusRangeNotSatisfiable = 416;

// For those; domain errors are returned as they are: `return fail(ErrorCode::kConflict, "…")`.
tl::unexpected<ApiError> refuse(int status, std::string message);

struct ApiRequest {
  const RequestContext& context;
  net::WorkerRequest& http;
  const ApiServices& services;
  Caller caller;
};

using ApiFunction = std::function<ApiResult<http::Response>(ApiRequest&)>;
enum class BodyRule : std::uint8_t { kForbidden, kAllowed };

net::WorkerFunction apiRoute(const ApiServices& services, BodyRule body, ApiFunction function);

// The answer to a refusal: the body's form follows the request's Accept.
http::Response errorResponse(const ApiError& error, const http::RequestHead& head);
// Whether there is a route at all is told to known callers only: 401 to others.
net::UnmatchedGate apiGate(const ApiServices& services);
// The answers made before a route is known (404, 405, 413, 503), behind identity (401).
net::ErrorResponder apiErrorResponder(const ApiServices& services);

http::Response jsonResponse(std::string body);  // 200
http::Response noContent();                     // 204

// The image, when it exists and the caller can see it at all, whatever the rules say.
// Errors: kNotFound.
Result<image::Image> findVisible(const ApiRequest& request, const image::ImageId& id);
Result<bool> isVisible(const ApiRequest& request, const image::Image& image);

// Whether the rule lets the caller do this to the image. Needs no database.
// Errors: kForbidden; kNotFound when the caller may not know of the image (get_image).
Status authorize(const ApiRequest& request, std::string_view rule, const image::Image& image);

// Whether the property protections let the caller do this.
bool mayAccess(const ApiRequest& request, image::PropertyAccess access, std::string_view property);

// Errors: kForbidden for anonymous callers.
Status requireWriter(const ApiRequest& request);

// Where the client reached us: "http://host:port", from Host and the transport; empty without Host.
std::string requestBaseUrl(const http::RequestHead& head, const net::Peer& peer);

}  // namespace glint::origin
