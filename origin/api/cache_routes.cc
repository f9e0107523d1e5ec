#include "origin/api/cache_routes.h"

#include <nlohmann/json.hpp>

#include "http/json.h"

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

Result<image::Image> allowedImage(const ApiRequest& request, std::string_view rule) {
  auto image = findVisible(request, {std::string(request.http.param("image_id"))});
  if (!image) return image;
  if (auto allowed = authorize(request, rule, *image); !allowed)
    return tl::unexpected(allowed.error());
  return image;
}

ApiResult<http::Response> decideOnImage(const ApiRequest& request, std::string_view rule) {
  const auto image = allowedImage(request, rule);
  return tl::unexpected(image ? noCacheHere().error() : image.error());
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
  const auto image = allowedImage(request, "list_cached_nodes");
  if (!image) return tl::unexpected(image.error());
  if (request.services.edges == nullptr) return tl::unexpected(noCacheHere().error());
  const auto holders = request.services.edges->holders(request.context, image->id);
  if (!holders) return tl::unexpected(holders.error());
  auto urls = nlohmann::json::array();
  for (const Holder& holder : *holders) urls.push_back(holder.url);
  return jsonResponse(http::dumpJson(urls));
}

}  // namespace glint::origin
