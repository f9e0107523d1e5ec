// Where the bytes of an image are: telling it, and taking them out of one store of several.
#pragma once

#include "origin/api/request.h"

namespace glint::origin {

// GET /v2/images/{image_id}/locations (spec: images-api §17.3).
ApiResult<http::Response> listLocations(ApiRequest& request);

// DELETE /v2/stores/{store_id}/{image_id} (spec: images-api §18).
ApiResult<http::Response> deleteFromStore(ApiRequest& request);

// Takes one location out of a saved image, then its bytes out of the store. `choose` says which
// one, and why not; it is asked again when the image changes meanwhile. The record goes first, so
// that two requests never remove the last two copies; when the bytes stay, it is put back.
// Errors: those of `choose` and Catalog::update(); kConflict (in use), kForbidden; kInternal.
using ChooseLocation = std::function<Result<std::size_t>(const image::Image& image)>;
ApiResult<image::Image> removeLocation(const ApiRequest& request, const image::ImageId& id,
                                       const ChooseLocation& choose);

}  // namespace glint::origin
