#include "origin/manifests.h"

#include <memory>
#include <utility>

#include "base/digest.h"
#include "base/log.h"
#include "image/manifest.h"
#include "image/manifest_keys.h"
#include "origin/api/image_data.h"
#include "origin/read_body.h"

namespace glint::origin {
namespace {

using image::Image;
using image::ImageId;

constexpr int kStatusAccepted = 202;
constexpr const char* kRetryAfterSeconds = "2";
constexpr std::size_t kMostQueued = 1024;
constexpr std::uint64_t kPendingBytes = 8u << 20;  // read, and not yet hashed

bool belongsTo(const std::string& wire, const Image& image) {
  const auto manifest = image::parseManifest(wire);
  return manifest && image.size == manifest->size &&
         image::contentDigest(image) == manifest->digest;
}

}  // namespace

Manifests::Manifests(const ApiServices& services, ManifestOptions options,
                     metrics::OriginMetrics& metrics)
    : services_(services), options_(std::move(options)), metrics_(metrics) {
  worker_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

Manifests::~Manifests() {
  {
    MutexLock lock(mutex_);
    worker_.request_stop();
    changed_.notifyAll();
  }
  worker_.join();
}

ApiResult<http::Response> Manifests::show(ApiRequest& request) {
  const auto image = findDownloadable(request);
  if (!image) return tl::unexpected(image.error());
  if (!image->os_hash_value || image->size.value_or(0) == 0 || image->locations.empty())
    return fail(ErrorCode::kNotFound, "the image has no data that a manifest could describe");
  auto stored = services_.catalog.manifest(request.context, image->id);
  if (!stored) return tl::unexpected(stored.error());
  if (*stored && belongsTo(**stored, *image)) return respond(std::move(**stored));
  this->request(image->id);
  http::Response response;
  response.status = kStatusAccepted;
  response.headers.add("Retry-After", kRetryAfterSeconds);
  return response;
}

ApiResult<http::Response> Manifests::respond(std::string manifest) const {
  if (!options_.keys_dir.empty()) {
    const auto keys = image::loadSigningKeys(options_.keys_dir);
    if (!keys) {
      log::error("manifest_not_signed", {{"error", keys.error().message}});
      return fail(ErrorCode::kInternal, "the key for manifests cannot be read");
    }
    manifest = image::signManifest(std::move(manifest), *keys);
  }
  http::Response response;
  response.headers.add("Content-Type", image::kManifestMediaType);
  response.body = std::move(manifest);
  return response;
}

void Manifests::request(const ImageId& id) {
  MutexLock lock(mutex_);
  if (queue_.size() >= kMostQueued || !known_.insert(id).second) return;
  queue_.push_back(id);
  changed_.notifyOne();
}

void Manifests::work(const std::stop_token& stop) {
  for (;;) {
    ImageId id;
    {
      MutexLock lock(mutex_);
      while (queue_.empty() && !stop.stop_requested()) changed_.wait(mutex_);
      if (stop.stop_requested()) return;
      id = std::move(queue_.front());
      queue_.pop_front();
    }
    const auto made = make(stop, id);
    metrics_.manifestMade(made.has_value());
    if (!made)
      log::warn("manifest_not_made", {{"image_id", id.value}, {"error", made.error().message}});
    MutexLock lock(mutex_);
    known_.erase(id);
  }
}

Status Manifests::make(const std::stop_token& stop, const ImageId& id) {
  RequestContext context;
  context.request_id = "manifest-" + id.value;
  const auto image = services_.catalog.get(context, id);
  if (!image) return tl::unexpected(image.error());
  auto manifest = read(stop, *image);
  if (!manifest) return tl::unexpected(std::move(manifest.error()));
  return services_.catalog.setManifest(context, id, *manifest);
}

// The bytes are judged on the way: a manifest never makes wrong bytes right.
Result<std::string> Manifests::read(const std::stop_token& stop, const Image& image) {
  const auto digest = image::contentDigest(image);
  if (!digest || !image.os_hash_value || !image.size || image.locations.empty())
    return fail(ErrorCode::kNotFound, "the image has no data any more");
  RequestContext context;
  const image::Location& location = image.locations.front();
  Store* store = services_.stores.of(location);
  if (store == nullptr) return fail(ErrorCode::kInternal, "no store has its data");
  auto body = store->open(context, location.url, 0, *image.size);
  if (!body) return tl::unexpected(std::move(body.error()));

  image::ManifestBuilder builder;
  auto digests = DigestPipeline::create({"md5", digest->algorithm}, {},
                                        [&builder](auto bytes) { builder.update(bytes); });
  if (!digests) return tl::unexpected(std::move(digests.error()));
  auto done = readBody(*body, [&](Slice slice) -> Status {
    if (stop.stop_requested()) return fail(ErrorCode::kCancelled, "the origin stops");
    (*digests)->feed(std::move(slice));
    (*digests)->waitPending(kPendingBytes);
    return {};
  });
  if (!done) return tl::unexpected(std::move(done.error()));
  const auto computed = (*digests)->finish();
  if (builder.size() != *image.size || computed[1] != digest->hex)
    return fail(ErrorCode::kCorrupt, "the store holds other bytes than the record says");
  return image::encodeManifest(builder.finish(*digest, computed[0]));
}

}  // namespace glint::origin
