// Gives out block manifests (docs/manifest-format.md), and makes those that uploads did not: one
// image after the other, on a thread of its own.
#pragma once

#include <deque>
#include <set>
#include <string>
#include <thread>

#include "base/mutex.h"
#include "base/result.h"
#include "metrics/origin_metrics.h"
#include "origin/api/request.h"

namespace glint::origin {

struct ManifestOptions {
  std::string keys_dir;  // signing keys (image/manifest_keys.h), read for each answer; empty: none
};

// Threads: any worker, several requests at once. Outlives the route that calls it.
class Manifests {
 public:
  Manifests(const ApiServices& services, ManifestOptions options, metrics::OriginMetrics& metrics);
  ~Manifests();  // gives up what it is making

  // Answers GET /glint/v1/images/{image_id}/manifest.
  ApiFunction route() {
    return [this](ApiRequest& request) { return show(request); };
  }

 private:
  ApiResult<http::Response> show(ApiRequest& request);
  ApiResult<http::Response> respond(std::string manifest) const;
  void request(const image::ImageId& id);
  void work(const std::stop_token& stop);
  Status make(const std::stop_token& stop, const image::ImageId& id);
  Result<std::string> read(const std::stop_token& stop, const image::Image& image);

  const ApiServices& services_;
  const ManifestOptions options_;
  metrics::OriginMetrics& metrics_;

  Mutex mutex_;
  CondVar changed_;
  std::deque<image::ImageId> queue_ GUARDED_BY(mutex_);
  std::set<image::ImageId> known_ GUARDED_BY(mutex_);  // waiting, or being made
  std::jthread worker_;
};

}  // namespace glint::origin
