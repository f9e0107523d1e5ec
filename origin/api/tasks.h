// Tasks, for administrators and for those who see their image (spec: images-api §7, §20).
#pragma once

#include "origin/api/request.h"

namespace glint::origin {

ApiResult<http::Response> listTasks(ApiRequest& request);
ApiResult<http::Response> showTask(ApiRequest& request);
ApiResult<http::Response> listImageTasks(ApiRequest& request);
ApiResult<http::Response> showTaskSchema(ApiRequest& request);
ApiResult<http::Response> showTasksSchema(ApiRequest& request);

}  // namespace glint::origin
