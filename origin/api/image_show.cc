#include "image/json.h"
#include "image/schema.h"
#include "origin/api/images.h"

namespace glint::origin {

ApiResult<http::Response> showImage(ApiRequest& request) {
  const auto image = findVisible(request, {std::string(request.http.param("image_id"))});
  if (!image) return tl::unexpected(image.error());
  if (auto status = authorize(request, "get_image", *image); !status)
    return tl::unexpected(std::move(status.error()));
  return jsonResponse(image::imageJson(*image, {.admin = request.caller.is_admin}));
}

ApiResult<http::Response> showImageSchema(ApiRequest& request) {
  return jsonResponse(request.services.schema.imageDocument());
}

ApiResult<http::Response> showImagesSchema(ApiRequest& request) {
  return jsonResponse(request.services.schema.imagesDocument());
}

}  // namespace glint::origin
