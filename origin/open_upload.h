// An upload that holds its image in status "saving" (or "uploading", when the bytes are staged for
// an import): it ends with complete() or staged(), or the destructor gives the image back.
#pragma once

#include <string>

#include "base/context.h"
#include "base/result.h"
#include "origin/catalog/catalog.h"
#include "origin/ingest.h"
#include "origin/stores/store.h"

namespace glint::origin {

// Threads: one.
class OpenUpload {
 public:
  // Errors: those of Catalog::beginUpload().
  static Result<OpenUpload> begin(const RequestContext& context, Catalog& catalog, Store& store,
                                  const image::ImageId& image, const std::string& instance,
                                  image::ImageStatus status = image::ImageStatus::kSaving);
  OpenUpload(OpenUpload&& other) noexcept;
  OpenUpload& operator=(OpenUpload&&) = delete;
  ~OpenUpload();

  // saving → active with what was ingested; what was patched meanwhile is kept. When that fails the
  // ingested bytes are removed again. Errors: kNotFound (the image was deleted), kConflict (the
  // claim was lost); kInvalidArgument (other digests were promised for this image).
  Status complete(const Ingested& ingested, const std::string& hashing_algorithm);
  // The image stays "uploading", with the size of what was staged at `location` by this instance.
  // When that fails the staged bytes are removed again. Errors: kNotFound, kConflict.
  Status staged(const std::string& location, std::uint64_t size);

 private:
  OpenUpload(std::string request_id, Catalog& catalog, Store& store, image::ImageId image,
             UploadClaim claim);
  // The client may be long gone and its deadline past: what ends an upload does not depend on it.
  RequestContext context() const;
  void giveBack();
  void removeBytes(const std::string& location);

  std::string request_id_;
  Catalog* catalog_;
  Store* store_;
  image::ImageId image_;
  UploadClaim claim_;
  bool open_ = true;
};

// The hidden property that names the instance which holds the staged bytes.
inline constexpr const char* kStageHost = "os_glance_stage_host";

// Ends an upload without success: its bytes are gone already. saving, uploading → queued.
Status abandonUpload(const RequestContext& context, Catalog& catalog, const image::ImageId& image,
                     const UploadClaim& claim);

}  // namespace glint::origin
