#include "origin/api/image_view.h"

namespace glint::origin {
namespace {

// What the caller may know of the image, in the order of the stores.
void prepare(const ApiRequest& request, image::Image& image) {
  request.services.stores.arrange(image.locations);
  std::erase_if(image.properties, [&](const auto& property) {
    return !mayAccess(request, image::PropertyAccess::kRead, property.first);
  });
}

}  // namespace

image::ImageView viewFor(const ApiRequest& request) {
  const auto& services = request.services;
  return {.direct_url = services.options.show_image_direct_url,
          .locations = services.options.show_multiple_locations,
          .stores = services.stores.several(),
          .admin = request.caller.is_admin};
}

http::Response imageResponse(const ApiRequest& request, image::Image image) {
  prepare(request, image);
  return jsonResponse(image::imageJson(image, viewFor(request)));
}

http::Response imageListResponse(const ApiRequest& request, std::vector<image::Image> images,
                                 const image::PageLinks& links) {
  for (auto& image : images) prepare(request, image);
  return jsonResponse(image::imageListJson(images, viewFor(request), links));
}

}  // namespace glint::origin
