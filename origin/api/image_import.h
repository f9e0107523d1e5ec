// PUT /v2/images/{image_id}/stage and POST /v2/images/{image_id}/import (spec: images-api §12,
// §13).
#pragma once

#include <string>

#include "image/import_request.h"
#include "origin/api/request.h"
#include "origin/size_limit.h"
#include "origin/tasks/staging.h"

namespace glint::origin {

struct ImageImportApiOptions {
  SizeRules limits;
  std::string instance;  // this origin: the one that has what is staged here
  std::chrono::hours task_time_to_live{48};
  // Whether web-download takes this URI. Errors: kInvalidArgument.
  std::function<Status(const std::string& uri)> check_uri = {};
};

// Threads: any worker, several requests at once. Outlives the routes that call it.
class ImageImportApi {
 public:
  // `on_task`: there is a task to be run; any thread. All outlive this object.
  ImageImportApi(const ApiServices& services, Staging& staging, ImageImportApiOptions options,
                 std::function<void()> on_task)
      : services_(services),
        staging_(staging),
        options_(std::move(options)),
        on_task_(std::move(on_task)) {}

  ApiResult<http::Response> stage(ApiRequest& request);
  ApiResult<http::Response> import(ApiRequest& request);

 private:
  bool enabled(image::ImportMethod method) const;
  ApiResult<void> clearStaleLock(ApiRequest& request, const image::Image& image);
  ApiResult<http::Response> enqueue(ApiRequest& request, const image::Image& image,
                                    const image::ImportRequest& wanted,
                                    const std::vector<std::string>& stores);

  const ApiServices& services_;
  Staging& staging_;
  const ImageImportApiOptions options_;
  const std::function<void()> on_task_;
};

}  // namespace glint::origin
