#include "origin/api/image_data.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string_view>
#include <utility>

#include "base/log.h"
#include "base/strings.h"
#include "http/range.h"
#include "http/status_map.h"
#include "http/url.h"
#include "metrics/origin_metrics.h"
#include "origin/api/upload_request.h"
#include "origin/open_upload.h"

namespace glint::origin {
namespace {

using image::Image;
using image::ImageId;
using image::ImageStatus;
using metrics::UploadResult;

constexpr std::string_view kOctetStream = "application/octet-stream";

UploadResult resultOf(const IngestError& failure) {
  switch (failure.stage) {
    case IngestStage::kBody:
      return UploadResult::kClientGone;
    case IngestStage::kSize:
      return UploadResult::kTooLarge;
    case IngestStage::kFormat:
      return UploadResult::kRefused;
    case IngestStage::kStore:
      if (failure.error.code == ErrorCode::kNoSpace) return UploadResult::kNoSpace;
      if (failure.error.code == ErrorCode::kConflict) return UploadResult::kConflict;
      return UploadResult::kError;
  }
  return UploadResult::kError;
}

// Another request won: it began an upload first, or deleted the image.
tl::unexpected<ApiError> refuseGone(const ImageId& image) {
  return refuse(kStatusGone, "Image " + image.value + " was changed or deleted meanwhile");
}

// Where the client wants its bytes; a single store cannot be chosen.
ApiResult<Store*> chosenStore(const ApiRequest& request) {
  const StoreSet& stores = request.services.stores;
  const auto id = request.http.head.headers.get("x-image-meta-store");
  if (!id || !stores.several()) return &stores.defaultStore();
  Store* store = stores.find(*id);
  if (store == nullptr) return fail(ErrorCode::kInvalidArgument, "there is no such store");
  return store;
}

// §11.3: the stores to be read first; an order hint, which a single store cannot take.
ApiResult<std::vector<const Store*>> preferredStores(const ApiRequest& request) {
  const auto pairs = http::parseQuery(request.http.head.query());
  if (!pairs) return tl::unexpected(pairs.error());
  std::vector<const Store*> preferred;
  for (const auto& [name, value] : *pairs) {
    if (name != "prefer") continue;
    preferred.clear();  // of several parameters the last one counts
    for (const std::string_view item : split(value, ',')) {
      if (trim(item).empty()) continue;
      if (!request.services.stores.several())
        return fail(ErrorCode::kInvalidArgument, "prefer needs more than one store");
      const Store* store = request.services.stores.find(trim(item));
      if (store == nullptr)
        return fail(ErrorCode::kInvalidArgument, "prefer names a store that there is not");
      preferred.push_back(store);
    }
  }
  return preferred;
}

// In the order in which they are to be tried.
std::vector<image::Location> readingOrder(const StoreSet& stores,
                                          std::vector<image::Location> locations,
                                          const std::vector<const Store*>& preferred) {
  stores.arrange(locations);
  std::ranges::stable_sort(locations, {}, [&](const image::Location& location) {
    return std::ranges::find(preferred, stores.of(location)) - preferred.begin();
  });
  return locations;
}

// Counts an upload from its beginning to whatever end it takes.
class CountedUpload {
 public:
  explicit CountedUpload(metrics::OriginMetrics& metrics) : metrics_(metrics) {
    metrics_.uploadStarted();
  }
  CountedUpload(const CountedUpload&) = delete;
  CountedUpload& operator=(const CountedUpload&) = delete;
  ~CountedUpload() {
    metrics_.uploadEnded(result_, bytes_, std::chrono::steady_clock::now() - begun_);
  }
  void stored(std::uint64_t bytes) {
    result_ = UploadResult::kStored;
    bytes_ = bytes;
  }
  void failed(UploadResult result) { result_ = result; }

 private:
  metrics::OriginMetrics& metrics_;
  const std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  UploadResult result_ = UploadResult::kError;
  std::uint64_t bytes_ = 0;
};

// What the store gives for one location, as the answer to the request.
ApiResult<http::Response> respondWith(ApiRequest& request, const Image& image, Store& store,
                                      const std::string& location) {
  auto stored =
      image.size ? Result<std::uint64_t>(*image.size) : store.size(request.context, location);
  if (!stored) return tl::unexpected(stored.error());
  const std::uint64_t size = *stored;
  const auto range = http::resolveImageRange(request.http.head.headers, size);
  using Kind = http::RangeAnswer::Kind;
  if (range.kind == Kind::kBadRequest)
    return fail(ErrorCode::kInvalidArgument, "several ranges in one request");
  if (range.kind == Kind::kNotSatisfiable)
    return refuse(kStatusRangeNotSatisfiable, "the range does not lie within the image");

  const bool partial = range.kind == Kind::kPartial;
  const http::ByteRange part = partial ? range.range : http::ByteRange{0, size};
  auto body = store.open(request.context, location, part.offset, part.length);
  if (!body) return tl::unexpected(body.error());
  http::Response response;
  response.status = partial ? 206 : 200;
  response.headers.add("Content-Type", std::string(kOctetStream));
  if (partial) response.headers.add("Content-Range", http::formatContentRange(part, size));
  // Hex, and of the whole image even on a part: that is what clients compare with.
  if (image.checksum) response.headers.add("Content-MD5", *image.checksum);
  response.body = std::move(*body);
  return response;
}

}  // namespace

ImageData::ImageData(const ApiServices& services, ImageDataOptions options,
                     metrics::OriginMetrics& metrics)
    : services_(services), options_(std::move(options)), metrics_(metrics) {}

ApiResult<http::Response> ImageData::upload(ApiRequest& request) {
  const auto declared = readUploadHead(request.http.head);
  if (!declared) return tl::unexpected(declared.error());
  const auto store = chosenStore(request);
  if (!store) return tl::unexpected(store.error());
  if (auto writer = requireWriter(request); !writer) return tl::unexpected(writer.error());
  const auto image = findVisible(request, ImageId{std::string(request.http.param("image_id"))});
  if (!image) return tl::unexpected(image.error());
  if (auto allowed = authorize(request, "upload_image", *image); !allowed)
    return tl::unexpected(allowed.error());
  if (image->status != ImageStatus::kQueued) {
    return fail(ErrorCode::kConflict,
                std::string("the image is ") + image::toString(image->status) + ", not queued");
  }
  if (!image->disk_format || !image->container_format)
    return fail(ErrorCode::kInvalidArgument, "disk_format and container_format must be set");
  return receive(request, {*image, **store, *declared});
}

ApiResult<http::Response> ImageData::receive(ApiRequest& request, const Target& target) {
  const auto& [image, store, declared_size] = target;
  CountedUpload counted(metrics_);
  const auto limit = limitFor(request, image, declared_size);
  if (!limit) {
    counted.failed(UploadResult::kTooLarge);
    return tl::unexpected(limit.error());
  }
  auto upload =
      OpenUpload::begin(request.context, services_.catalog, store, image.id, options_.instance);
  if (!upload) {
    const ErrorCode code = upload.error().code;
    counted.failed(UploadResult::kConflict);
    if (code == ErrorCode::kConflict || code == ErrorCode::kNotFound) return refuseGone(image.id);
    return tl::unexpected(upload.error());
  }
  const IngestRequest wanted = {.image = image.id,
                                .disk_format = *image.disk_format,
                                .container_format = *image.container_format,
                                .declared_size = declared_size,
                                .limit_bytes = *limit};
  const auto ingested =
      ingest(request.context, options_.ingest, wanted, *request.http.stream, store);
  if (!ingested) {
    counted.failed(resultOf(ingested.error()));
    log::warn("upload_failed", {{"request_id", request.context.request_id},
                                {"image_id", image.id.value},
                                {"error", ingested.error().error.message}});
    return tl::unexpected(refusalOf(ingested.error()));
  }
  if (auto completed = upload->complete(*ingested, options_.ingest.hashing_algorithm); !completed) {
    counted.failed(UploadResult::kConflict);
    switch (completed.error().code) {
      case ErrorCode::kNotFound:
      case ErrorCode::kConflict:
        return refuseGone(image.id);
      case ErrorCode::kInvalidArgument:
        return fail(ErrorCode::kConflict, completed.error().message);
      default:
        return tl::unexpected(completed.error());
    }
  }
  counted.stored(ingested->size);
  return noContent();
}

ApiResult<std::uint64_t> ImageData::limitFor(ApiRequest& request, const Image& image,
                                             std::optional<std::uint64_t> declared_size) {
  const auto limit = sizeLimit(request.context, services_.catalog, options_, image.owner);
  if (!limit) return tl::unexpected(limit.error());
  if (declared_size.value_or(0) > *limit) {
    return fail(ErrorCode::kTooLarge,
                "the image may have at most " + std::to_string(*limit) + " bytes");
  }
  return *limit;
}

ApiResult<Image> findDownloadable(ApiRequest& request) {
  const auto image = findVisible(request, ImageId{std::string(request.http.param("image_id"))});
  if (!image) return tl::unexpected(image.error());
  if (image->status == ImageStatus::kDeactivated && !request.caller.is_admin)
    return fail(ErrorCode::kForbidden, "the image is deactivated");
  if (auto allowed = authorize(request, "download_image", *image); !allowed)
    return tl::unexpected(allowed.error());
  return *image;
}

ApiResult<http::Response> ImageData::download(ApiRequest& request) {
  const auto image = findDownloadable(request);
  if (!image) return tl::unexpected(image.error());
  const auto preferred = preferredStores(request);
  if (!preferred) return tl::unexpected(preferred.error());
  if (!preferred->empty())
    if (auto allowed = authorize(request, "download_from_store", *image); !allowed)
      return tl::unexpected(allowed.error());

  ApiResult<http::Response> response = noContent();
  for (const image::Location& location :
       readingOrder(services_.stores, image->locations, *preferred)) {
    Store* store = services_.stores.of(location);
    if (store == nullptr) {
      response = tl::unexpected(
          ApiError(Error{ErrorCode::kInternal, "no store knows location " + location.url, 0}));
      continue;
    }
    auto served = respondWith(request, *image, *store, location.url);
    if (served) return served;
    // Bytes that are gone from every location answer like bytes that never were: 204.
    if (served.error().status == http::toHttpStatus(ErrorCode::kNotFound)) continue;
    response = std::move(served);
  }
  return response;
}

Status recoverUploads(const RequestContext& context, Catalog& catalog, const StoreSet& stores,
                      const std::string& instance, Store* staging) {
  const auto open = catalog.openUploads(context, instance);
  if (!open) return failWith("find interrupted uploads", open.error());
  std::vector<Store*> written;
  for (const StoreEntry& entry : stores.entries())
    if (entry.store->capabilities().write) written.push_back(entry.store);
  if (staging != nullptr) written.push_back(staging);
  for (const auto& [id, claim] : *open) {
    for (Store* store : written) {
      auto removed = store->remove(context, store->locationOf(id));
      if (!removed && removed.error().code != ErrorCode::kNotFound)
        return failWith("remove bytes of interrupted upload", removed.error());
    }
    if (auto ended = abandonUpload(context, catalog, id, claim); !ended)
      return failWith("end interrupted upload", ended.error());
    log::warn("interrupted_upload_recovered", {{"image_id", id.value}});
  }
  return {};
}

}  // namespace glint::origin
