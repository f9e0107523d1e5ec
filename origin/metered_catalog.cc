#include "origin/metered_catalog.h"

#include <chrono>
#include <type_traits>
#include <utility>

#include "metrics/origin_metrics.h"

namespace glint::origin {
namespace {

using metrics::CatalogOperation;

class MeteredCatalog final : public Catalog {
 public:
  MeteredCatalog(std::unique_ptr<Catalog> catalog, metrics::OriginMetrics& metrics)
      : catalog_(std::move(catalog)), metrics_(metrics) {}

  Status create(const RequestContext& context, const image::Image& image) override {
    return timed(CatalogOperation::kWrite, [&] { return catalog_->create(context, image); });
  }
  Result<image::Image> get(const RequestContext& context, const image::ImageId& id) override {
    return timed(CatalogOperation::kRead, [&] { return catalog_->get(context, id); });
  }
  Result<std::vector<image::Image>> list(const RequestContext& context,
                                         const ListQuery& query) override {
    return timed(CatalogOperation::kRead, [&] { return catalog_->list(context, query); });
  }
  Result<image::Image> update(const RequestContext& context, const image::ImageId& id,
                              const Change& change) override {
    return timed(CatalogOperation::kWrite, [&] { return catalog_->update(context, id, change); });
  }
  Result<image::Image> remove(const RequestContext& context, const image::ImageId& id,
                              const Check& check) override {
    return timed(CatalogOperation::kWrite, [&] { return catalog_->remove(context, id, check); });
  }
  Result<image::Image> beginUpload(const RequestContext& context, const image::ImageId& id,
                                   const UploadClaim& claim, image::ImageStatus status) override {
    return timed(CatalogOperation::kWrite,
                 [&] { return catalog_->beginUpload(context, id, claim, status); });
  }
  Result<image::Image> endUpload(const RequestContext& context, const image::ImageId& id,
                                 const UploadClaim& claim, const Change& change) override {
    return timed(CatalogOperation::kWrite,
                 [&] { return catalog_->endUpload(context, id, claim, change); });
  }
  Status forgetUpload(const RequestContext& context, const image::ImageId& id,
                      const UploadClaim& claim) override {
    return timed(CatalogOperation::kWrite,
                 [&] { return catalog_->forgetUpload(context, id, claim); });
  }
  Result<std::vector<OpenUpload>> openUploads(const RequestContext& context,
                                              const std::string& instance) override {
    return timed(CatalogOperation::kRead, [&] { return catalog_->openUploads(context, instance); });
  }
  Result<std::optional<image::Member>> member(const RequestContext& context,
                                              const image::ImageId& id,
                                              const std::string& project) override {
    return timed(CatalogOperation::kRead, [&] { return catalog_->member(context, id, project); });
  }
  Result<std::vector<image::Member>> members(const RequestContext& context,
                                             const image::ImageId& id) override {
    return timed(CatalogOperation::kRead, [&] { return catalog_->members(context, id); });
  }
  Result<image::Member> addMember(const RequestContext& context, const image::ImageId& id,
                                  const std::string& project, std::int64_t quota) override {
    return timed(CatalogOperation::kWrite,
                 [&] { return catalog_->addMember(context, id, project, quota); });
  }
  Result<image::Member> setMemberStatus(const RequestContext& context, const image::ImageId& id,
                                        const std::string& project,
                                        image::MemberStatus status) override {
    return timed(CatalogOperation::kWrite,
                 [&] { return catalog_->setMemberStatus(context, id, project, status); });
  }
  Status removeMember(const RequestContext& context, const image::ImageId& id,
                      const std::string& project) override {
    return timed(CatalogOperation::kWrite,
                 [&] { return catalog_->removeMember(context, id, project); });
  }
  Result<EventPage> events(const RequestContext& context, std::optional<std::uint64_t> after,
                           std::size_t limit) override {
    return timed(CatalogOperation::kRead, [&] { return catalog_->events(context, after, limit); });
  }
  Result<std::optional<std::string>> manifest(const RequestContext& context,
                                              const image::ImageId& id) override {
    return timed(CatalogOperation::kRead, [&] { return catalog_->manifest(context, id); });
  }
  Status setManifest(const RequestContext& context, const image::ImageId& id,
                     const std::string& manifest) override {
    return timed(CatalogOperation::kWrite,
                 [&] { return catalog_->setManifest(context, id, manifest); });
  }
  Result<std::uint64_t> storageUsed(const RequestContext& context,
                                    const std::string& owner) override {
    return timed(CatalogOperation::kRead, [&] { return catalog_->storageUsed(context, owner); });
  }

 private:
  template <class Call>
  std::invoke_result_t<Call> timed(CatalogOperation operation, Call call) {
    const auto begun = std::chrono::steady_clock::now();
    auto result = call();
    metrics_.catalogOperation(operation, std::chrono::steady_clock::now() - begun);
    if (!result && isFailure(result.error().code)) metrics_.catalogFailed(operation);
    return result;
  }

  // Answers like "no such image" are no failures of the catalog.
  static bool isFailure(ErrorCode code) {
    switch (code) {
      case ErrorCode::kCorrupt:
      case ErrorCode::kNoSpace:
      case ErrorCode::kTimeout:
      case ErrorCode::kOverloaded:
      case ErrorCode::kUpstream:
      case ErrorCode::kInternal:
        return true;
      case ErrorCode::kInvalidArgument:
      case ErrorCode::kNotFound:
      case ErrorCode::kForbidden:
      case ErrorCode::kConflict:
      case ErrorCode::kTooLarge:
      case ErrorCode::kCancelled:
        return false;
    }
    return true;
  }

  const std::unique_ptr<Catalog> catalog_;
  metrics::OriginMetrics& metrics_;
};

}  // namespace

std::unique_ptr<Catalog> meteredCatalog(std::unique_ptr<Catalog> catalog,
                                        metrics::OriginMetrics& metrics) {
  return std::make_unique<MeteredCatalog>(std::move(catalog), metrics);
}

}  // namespace glint::origin
