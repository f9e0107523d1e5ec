#include "origin/ingest.h"

#include <memory>
#include <utility>

#include "base/digest.h"
#include "image/manifest.h"

namespace glint::origin {
namespace {

tl::unexpected<IngestError> failAt(IngestStage stage, Error error) {
  return tl::unexpected<IngestError>({stage, std::move(error)});
}

tl::unexpected<IngestError> failAt(IngestStage stage, ErrorCode code, std::string message) {
  return failAt(stage, Error{code, std::move(message), 0});
}

class Pass {
 public:
  Pass(const IngestOptions& options, const IngestRequest& request,
       std::unique_ptr<StoreWriter> writer)
      : options_(options), request_(request), writer_(std::move(writer)) {
    if (options.manifest) manifest_ = std::make_unique<image::ManifestBuilder>();
    if (request.container_format == "bare")
      inspector_ = image::FormatInspector::create(options.inspection);
  }

  // Errors: kInvalidArgument (unknown algorithm).
  Status begin() {
    DigestPipeline::Observer observer;
    if (manifest_)
      observer = [builder = manifest_.get()](std::span<const std::byte> bytes) {
        builder->update(bytes);
      };
    auto digests =
        DigestPipeline::create({"md5", options_.hashing_algorithm}, {}, std::move(observer));
    if (!digests) return tl::unexpected(std::move(digests.error()));
    digests_ = std::move(*digests);
    return {};
  }

  tl::expected<void, IngestError> readAll(const RequestContext& context, http::BodyReader& body) {
    for (;;) {
      auto slice = body.read();
      if (!slice) return failAt(IngestStage::kBody, std::move(slice.error()));
      if (slice->empty()) return checkComplete();
      if (context.stop.stop_requested())
        return failAt(IngestStage::kBody, ErrorCode::kCancelled, "the client went away");
      if (auto taken = take(std::move(*slice)); !taken) return taken;
    }
  }

  tl::expected<Ingested, IngestError> finish() {
    Ingested result;
    result.size = size_;
    if (inspector_) {
      auto accepted = image::acceptAs(request_.disk_format, inspector_->finish(),
                                      options_.require_format_match);
      if (!accepted) return failAt(IngestStage::kFormat, std::move(accepted.error()));
      result.virtual_size = *accepted;
    }
    auto digests = digests_->finish();
    result.md5 = std::move(digests[0]);
    result.os_hash_value = std::move(digests[1]);
    if (manifest_ && size_ > 0)
      result.manifest = image::encodeManifest(
          manifest_->finish({options_.hashing_algorithm, result.os_hash_value}, result.md5));
    auto location = writer_->commit();
    if (!location) return failAt(IngestStage::kStore, std::move(location.error()));
    result.location = std::move(*location);
    return result;
  }

 private:
  tl::expected<void, IngestError> take(Slice slice) {
    size_ += slice.size();
    if (size_ > request_.limit_bytes) {
      return failAt(
          IngestStage::kSize, ErrorCode::kTooLarge,
          "the body has more than the " + std::to_string(request_.limit_bytes) + " bytes allowed");
    }
    if (size_ > request_.declared_size.value_or(UINT64_MAX)) return wrongSize("more");
    digests_->feed(slice);
    if (inspector_) inspector_->feed(slice.bytes());
    if (auto written = writer_->write(std::move(slice)); !written)
      return failAt(IngestStage::kStore, std::move(written.error()));
    digests_->waitPending(options_.pending_bytes);
    return {};
  }

  tl::expected<void, IngestError> checkComplete() const {
    if (size_ < request_.declared_size.value_or(0)) return wrongSize("less");
    return {};
  }

  tl::unexpected<IngestError> wrongSize(const char* difference) const {
    return failAt(IngestStage::kSize, ErrorCode::kInvalidArgument,
                  std::string("the body has ") + difference + " than the declared " +
                      std::to_string(*request_.declared_size) + " bytes");
  }

  const IngestOptions& options_;
  const IngestRequest& request_;
  std::unique_ptr<image::ManifestBuilder> manifest_;  // fed by a thread of the digests
  std::unique_ptr<DigestPipeline> digests_;
  std::unique_ptr<StoreWriter> writer_;
  std::unique_ptr<image::FormatInspector> inspector_;
  std::uint64_t size_ = 0;
};

}  // namespace

tl::expected<Ingested, IngestError> ingest(const RequestContext& context,
                                           const IngestOptions& options,
                                           const IngestRequest& request, http::BodyReader& body,
                                           Store& store) {
  if (request.declared_size.value_or(0) > request.limit_bytes) {
    return failAt(IngestStage::kSize, ErrorCode::kTooLarge,
                  std::to_string(*request.declared_size) + " bytes are declared, " +
                      std::to_string(request.limit_bytes) + " are allowed");
  }
  auto writer = store.put(context, request.image, request.declared_size);
  if (!writer) return failAt(IngestStage::kStore, std::move(writer.error()));
  Pass pass(options, request, std::move(*writer));
  if (auto begun = pass.begin(); !begun)
    return failAt(IngestStage::kStore, std::move(begun.error()));
  if (auto read = pass.readAll(context, body); !read)
    return tl::unexpected(std::move(read.error()));
  return pass.finish();
}

}  // namespace glint::origin
