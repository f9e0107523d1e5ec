// The bytes of an image: PUT and GET /v2/images/{image_id}/file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/context.h"
#include "base/result.h"
#include "origin/api/request.h"
#include "origin/ingest.h"
#include "origin/size_limit.h"

namespace glint::metrics {
class OriginMetrics;
}

namespace glint::origin {

// The image named in the path, when the caller may have its bytes.
// Errors: kNotFound; kForbidden (deactivated, or the policy says so).
ApiResult<image::Image> findDownloadable(ApiRequest& request);

struct ImageDataOptions : SizeRules {
  IngestOptions ingest;
  std::string instance;  // whose uploads these are (see UploadClaim)
};

// Threads: any worker, several requests at once. Outlives the routes that call it.
class ImageData {
 public:
  ImageData(const ApiServices& services, ImageDataOptions options, metrics::OriginMetrics& metrics);

  ApiResult<http::Response> upload(ApiRequest& request);
  ApiResult<http::Response> download(ApiRequest& request);

 private:
  struct Target {
    const image::Image& image;
    Store& store;
    std::optional<std::uint64_t> declared_size;
  };
  ApiResult<http::Response> receive(ApiRequest& request, const Target& target);
  // How many bytes this upload may have, and why not more.
  ApiResult<std::uint64_t> limitFor(ApiRequest& request, const image::Image& image,
                                    std::optional<std::uint64_t> declared_size);

  const ApiServices& services_;
  const ImageDataOptions options_;
  metrics::OriginMetrics& metrics_;
};

// Puts images whose upload died with a former process of this instance back to "queued", and
// removes the bytes such uploads may have left, in `staging` too. To be called before requests are
// served.
Status recoverUploads(const RequestContext& context, Catalog& catalog, const StoreSet& stores,
                      const std::string& instance, Store* staging = nullptr);

}  // namespace glint::origin
