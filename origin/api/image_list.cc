#include <algorithm>

#include "http/url.h"
#include "origin/api/image_view.h"
#include "origin/api/images.h"
#include "origin/api/list_request.h"

namespace glint::origin {

namespace {

Status mayList(const ApiRequest& request) {
  const auto& caller = request.caller;
  FixedTarget target;
  target.attributes = {{"project_id", caller.project_id}};
  if (request.services.policy.allows("get_images", caller, target)) return {};
  return fail(ErrorCode::kForbidden, "You are not authorized to complete get_images action.");
}

// A marker that is unknown is a bad request, one the caller cannot see a forbidden one.
Status checkMarker(const ApiRequest& request, const image::ImageId& marker) {
  const auto image = request.services.catalog.get(request.context, marker);
  if (!image && image.error().code == ErrorCode::kNotFound)
    return fail(ErrorCode::kInvalidArgument, "Invalid marker. Image could not be found.");
  if (!image) return tl::unexpected(image.error());
  const auto visible = isVisible(request, *image);
  if (!visible) return tl::unexpected(visible.error());
  if (!*visible) return fail(ErrorCode::kForbidden, "You are not permitted to see the marker.");
  return {};
}

std::string pathWith(const http::QueryPairs& parameters) {
  const auto query = http::formatQuery(parameters);
  return query.empty() ? "/v2/images" : "/v2/images?" + query;
}

image::PageLinks linksOf(http::QueryPairs parameters, bool full,
                         const std::vector<image::Image>& shown) {
  std::erase_if(parameters, [](const auto& pair) { return pair.first == "marker"; });
  image::PageLinks links{pathWith(parameters), std::nullopt};
  if (!full || shown.empty()) return links;
  parameters.emplace_back("marker", shown.back().id.value);
  links.next = pathWith(parameters);
  return links;
}

}  // namespace

ApiResult<http::Response> listImages(ApiRequest& request) {
  const auto parameters = http::parseQuery(request.http.head.query());
  if (!parameters) return tl::unexpected(parameters.error());
  auto query = parseListQuery(*parameters, request.services.options);
  if (!query) return tl::unexpected(query.error());
  if (auto status = mayList(request); !status) return tl::unexpected(status.error());
  if (query->marker)
    if (auto status = checkMarker(request, *query->marker); !status)
      return tl::unexpected(status.error());

  query->admin = request.caller.is_admin;
  query->project = request.caller.project_id;
  std::vector<image::Image> images;
  if (query->limit > 0) {
    auto page = request.services.catalog.list(request.context, *query);
    if (!page) return tl::unexpected(page.error());
    images = std::move(*page);
  }
  const bool full = query->limit > 0 && images.size() == query->limit;
  std::erase_if(images,
                [&](const image::Image& image) { return !authorize(request, "get_image", image); });
  const auto links = linksOf(*parameters, full, images);
  return imageListResponse(request, std::move(images), links);
}

}  // namespace glint::origin
