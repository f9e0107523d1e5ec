// The directory where bytes wait to be imported: one file per image, named after it, complete and
// on disk (spec: image life-cycle §9). It belongs to one origin, or is shared by several.
//
// Threads: all methods block; any worker.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <tl/expected.hpp>

#include "base/context.h"
#include "base/result.h"
#include "http/body_reader.h"
#include "image/record.h"
#include "origin/ingest.h"
#include "origin/stores/store.h"

namespace glint::origin {

class Catalog;

class Staging {
 public:
  // Errors: those of openFileStore().
  static Result<std::unique_ptr<Staging>> open(const std::string& directory);

  // Reads `body` to its end into the file of the image. On failure nothing stays.
  // Errors: as ingest(); kStore with kConflict: the image has staged bytes already.
  tl::expected<std::uint64_t, IngestError> receive(const RequestContext& context,
                                                   const image::ImageId& image,
                                                   std::optional<std::uint64_t> declared_size,
                                                   std::uint64_t limit_bytes,
                                                   http::BodyReader& body);

  // Errors: kNotFound (nothing is staged).
  Result<std::uint64_t> size(const RequestContext& context, const image::ImageId& image);
  // The bytes from the beginning; `on_read` hears how many were read so far. The reader answers
  // kCancelled once the context is stopped. Errors: kNotFound.
  Result<std::unique_ptr<http::BodyReader>> read(const RequestContext& context,
                                                 const image::ImageId& image,
                                                 std::function<void(std::uint64_t)> on_read);
  // Done when nothing is staged.
  Status remove(const RequestContext& context, const image::ImageId& image);

  // Removes files of images that do not exist any more. Others, and what is not named like an
  // image, stay.
  void sweep(const RequestContext& context, Catalog& catalog);

  Store& store() { return *store_; }

 private:
  Staging(std::string directory, std::unique_ptr<Store> store)
      : directory_(std::move(directory)), store_(std::move(store)) {}

  const std::string directory_;
  const std::unique_ptr<Store> store_;
};

// The bytes of a file as a body.
std::unique_ptr<http::BodyReader> readFileRange(const RequestContext& context,
                                                const http::FileRange& range,
                                                std::function<void(std::uint64_t)> on_read);

}  // namespace glint::origin
