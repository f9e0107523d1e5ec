// How the caller of a request is shown images: which of their locations in which order, and without
// the properties it may not read.
#pragma once

#include <vector>

#include "image/json.h"
#include "origin/api/request.h"

namespace glint::origin {

image::ImageView viewFor(const ApiRequest& request);

// 200 with the image.
http::Response imageResponse(const ApiRequest& request, image::Image image);

// 200 with a page of a list.
http::Response imageListResponse(const ApiRequest& request, std::vector<image::Image> images,
                                 const image::PageLinks& links);

}  // namespace glint::origin
