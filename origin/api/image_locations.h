// Where the bytes of an image are: telling it, and taking them out of one store of several.
#pragma once

#include "origin/api/request.h"

namespace glint::origin {

// GET /v2/images/{image_id}/locations (spec: images-api §17.3).
ApiResult<http::Response> listLocations(ApiRequest& request);

// DELETE /v2/stores/{store_id}/{image_id} (spec: images-api §18).
ApiResult<http::Response> deleteFromStore(ApiRequest& request);

// Takes the bytes out of the stores that a saved image does not name any more: those at locations
// of `before`. The record goes first, so that two requests never remove the last two copies; when
// bytes stay, their location is put back. Errors: kConflict (in use), kForbidden; kInternal.
Status emptyRemoved(const ApiRequest& request, const image::Image& saved,
                    const std::vector<image::Location>& before);

}  // namespace glint::origin
