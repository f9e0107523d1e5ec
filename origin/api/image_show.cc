#include "image/schema.h"
#include "origin/api/image_view.h"
#include "origin/api/images.h"

namespace glint::origin {

ApiResult<http::Response> showImage(ApiRequest& request) {
  auto image = findVisible(request, {std::string(request.http.param("image_id"))});
  if (!image) return tl::unexpected(image.error());
  if (auto status = authorize(request, "get_image", *image); !status)
    return tl::unexpected(std::move(status.error()));
  return imageResponse(request, std::move(*image));
}

ApiResult<http::Response> showImageSchema(ApiRequest& request) {
  return jsonResponse(request.services.schema.imageDocument());
}

ApiResult<http::Response> showImagesSchema(ApiRequest& request) {
  return jsonResponse(request.services.schema.imagesDocument());
}

}  // namespace glint::origin
