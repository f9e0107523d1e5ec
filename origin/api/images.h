// Images: list, create, show, change, delete, tags. Each is one route (spec: images-api, the
// section named).
#pragma once

#include "origin/api/request.h"

namespace glint::origin {

ApiResult<http::Response> listImages(ApiRequest& request);
ApiResult<http::Response> createImage(ApiRequest& request);
ApiResult<http::Response> showImage(ApiRequest& request);
ApiResult<http::Response> patchImage(ApiRequest& request);
ApiResult<http::Response> deleteImage(ApiRequest& request);
ApiResult<http::Response> addTag(ApiRequest& request);
ApiResult<http::Response> removeTag(ApiRequest& request);
ApiResult<http::Response> showImageSchema(ApiRequest& request);
ApiResult<http::Response> showImagesSchema(ApiRequest& request);

}  // namespace glint::origin
