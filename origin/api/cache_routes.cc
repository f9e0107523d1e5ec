#include "origin/api/cache_routes.h"

namespace glint::origin {
namespace {

// An edge recognises these words, which are those of Glance.
Status noCacheHere() {
  return fail(ErrorCode::kNotFound, "Caching via API is not supported at this site.");
}

ApiResult<http::Response> decide(const ApiRequest& request, std::string_view rule) {
  if (!request.services.policy.allows(rule, request.caller, FixedTarget()))
    return fail(ErrorCode::kForbidden,
                "You are not authorized to complete " + std::string(rule) + " action.");
  return tl::unexpected(noCacheHere().error());
}

ApiResult<http::Response> decideOnImage(const ApiRequest& request, std::string_view rule) {
  const auto image = findVisible(request, {std::string(request.http.param("image_id"))});
  if (!image) return tl::unexpected(image.error());
  if (auto allowed = authorize(request, rule, *image); !allowed)
    return tl::unexpected(allowed.error());
  return tl::unexpected(noCacheHere().error());
}

}  // namespace

ApiResult<http::Response> listCache(ApiRequest& request) { return decide(request, "cache_list"); }
ApiResult<http::Response> clearCache(ApiRequest& request) {
  return decide(request, "cache_delete");
}
ApiResult<http::Response> cleanCache(ApiRequest& request) { return decide(request, "cache_clean"); }
ApiResult<http::Response> pruneCache(ApiRequest& request) { return decide(request, "cache_prune"); }
ApiResult<http::Response> queueImage(ApiRequest& request) {
  return decideOnImage(request, "cache_image");
}
ApiResult<http::Response> uncacheImage(ApiRequest& request) {
  return decideOnImage(request, "cache_delete");
}
ApiResult<http::Response> listCacheNodes(ApiRequest& request) {
  return decideOnImage(request, "list_cached_nodes");
}

}  // namespace glint::origin
