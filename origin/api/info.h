// What a deployment offers (spec: images-api §19). Each function is one route.
#pragma once

#include "origin/api/request.h"

namespace glint::origin {

ApiResult<http::Response> showImportInfo(ApiRequest& request);
ApiResult<http::Response> listStores(ApiRequest& request);
ApiResult<http::Response> detailStores(ApiRequest& request);
ApiResult<http::Response> showUsage(ApiRequest& request);

}  // namespace glint::origin
