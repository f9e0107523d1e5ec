#include "origin/open_upload.h"

#include <utility>

#include "base/log.h"
#include "base/uuid.h"

namespace glint::origin {
namespace {

using image::Image;
using image::ImageStatus;

// What an earlier promise (a digest set on the queued image) says must hold.
bool keepsPromise(const std::optional<std::string>& promised, const std::string& computed) {
  return !promised || *promised == computed;
}

}  // namespace

Result<OpenUpload> OpenUpload::begin(const RequestContext& context, Catalog& catalog, Store& store,
                                     const image::ImageId& image, const std::string& instance,
                                     ImageStatus status) {
  UploadClaim claim{instance, makeUuid()};
  auto begun = catalog.beginUpload(context, image, claim, status);
  if (!begun) return tl::unexpected(begun.error());
  return OpenUpload(context.request_id, catalog, store, image, std::move(claim));
}

OpenUpload::OpenUpload(std::string request_id, Catalog& catalog, Store& store, image::ImageId image,
                       UploadClaim claim)
    : request_id_(std::move(request_id)),
      catalog_(&catalog),
      store_(&store),
      image_(std::move(image)),
      claim_(std::move(claim)) {}

OpenUpload::OpenUpload(OpenUpload&& other) noexcept
    : request_id_(std::move(other.request_id_)),
      catalog_(other.catalog_),
      store_(other.store_),
      image_(std::move(other.image_)),
      claim_(std::move(other.claim_)),
      open_(std::exchange(other.open_, false)) {}

OpenUpload::~OpenUpload() {
  if (open_) giveBack();
}

RequestContext OpenUpload::context() const {
  RequestContext context;
  context.request_id = request_id_;
  return context;
}

Status OpenUpload::complete(const Ingested& ingested, const std::string& hashing_algorithm) {
  // Before anybody can ask for it. Without it the image is as good: it is made on demand.
  if (!ingested.manifest.empty()) {
    if (auto kept = catalog_->setManifest(context(), image_, ingested.manifest); !kept) {
      log::warn("manifest_not_kept", {{"request_id", request_id_},
                                      {"image_id", image_.value},
                                      {"error", kept.error().message}});
    }
  }
  const auto ended = catalog_->endUpload(context(), image_, claim_, [&](Image& image) -> Status {
    if (!keepsPromise(image.checksum, ingested.md5) ||
        !keepsPromise(image.os_hash_algo, hashing_algorithm) ||
        !keepsPromise(image.os_hash_value, ingested.os_hash_value))
      return fail(ErrorCode::kInvalidArgument, "the image was promised with other digests");
    image.status = ImageStatus::kActive;
    image.size = ingested.size;
    image.virtual_size = ingested.virtual_size;
    image.checksum = ingested.md5;
    image.os_hash_algo = hashing_algorithm;
    image.os_hash_value = ingested.os_hash_value;
    image.locations = {ingested.location};
    return {};
  });
  if (ended) {
    open_ = false;
    return {};
  }
  removeBytes(ingested.location.url);
  return tl::unexpected(ended.error());
}

Status OpenUpload::staged(const std::string& location, std::uint64_t size) {
  const auto ended = catalog_->endUpload(context(), image_, claim_, [&](Image& image) -> Status {
    image.size = size;
    image.properties[kStageHost] = claim_.instance;
    return {};
  });
  if (ended) {
    open_ = false;
    return {};
  }
  removeBytes(location);
  return tl::unexpected(ended.error());
}

void OpenUpload::removeBytes(const std::string& location) {
  if (auto removed = store_->remove(context(), location); !removed) {
    log::error("upload_bytes_left", {{"request_id", request_id_},
                                     {"image_id", image_.value},
                                     {"location", location},
                                     {"error", removed.error().message}});
  }
}

void OpenUpload::giveBack() {
  open_ = false;
  if (auto done = abandonUpload(context(), *catalog_, image_, claim_); !done) {
    // The next start of this instance finds the claim and tries again.
    log::error(
        "upload_not_given_back",
        {{"request_id", request_id_}, {"image_id", image_.value}, {"error", done.error().message}});
  }
}

Status abandonUpload(const RequestContext& context, Catalog& catalog, const image::ImageId& image,
                     const UploadClaim& claim) {
  const auto ended = catalog.endUpload(context, image, claim, [](Image& stored) -> Status {
    if (stored.status != ImageStatus::kSaving && stored.status != ImageStatus::kUploading)
      return {};
    stored.status = ImageStatus::kQueued;
    stored.size = std::nullopt;
    stored.virtual_size = std::nullopt;
    return {};
  });
  if (ended || ended.error().code == ErrorCode::kConflict) return {};  // somebody else's by now
  if (ended.error().code == ErrorCode::kNotFound)
    return catalog.forgetUpload(context, image, claim);
  return tl::unexpected(ended.error());
}

}  // namespace glint::origin
