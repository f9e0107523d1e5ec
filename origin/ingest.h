// The one pass over uploaded bytes: two digests and the block manifest on threads of their own, the
// format inspector, and the store's writer, fed from the same memory.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <tl/expected.hpp>

#include "base/context.h"
#include "base/result.h"
#include "http/body_reader.h"
#include "image/format_inspector.h"
#include "image/record.h"
#include "origin/stores/store.h"

namespace glint::origin {

struct IngestOptions {
  std::string hashing_algorithm = "sha512";  // of os_hash_value; the other digest is always md5
  std::uint64_t pending_bytes = 8u << 20;    // read, and not yet consumed by the slower digest
  image::RequireMatch require_format_match = image::RequireMatch::kYes;
  image::InspectionRules inspection;
  bool manifest = false;  // made now, at the price of a third digest; else when first asked for
};

struct IngestRequest {
  image::ImageId image;
  std::string disk_format;
  std::string container_format;                // only "bare" is inspected
  std::optional<std::uint64_t> declared_size;  // the body must have exactly so many bytes
  std::uint64_t limit_bytes = UINT64_MAX;      // more are refused as soon as they are seen
};

struct Ingested {
  image::Location location;  // durable and visible
  std::uint64_t size = 0;
  std::optional<std::uint64_t> virtual_size;
  std::string md5;            // hex
  std::string os_hash_value;  // hex
  std::string manifest;       // unsigned, as it travels; empty: none was made
};

// Whose fault it is that nothing was stored: the same error code means another answer for each.
enum class IngestStage : std::uint8_t { kBody, kSize, kFormat, kStore };
struct IngestError {
  IngestStage stage;
  Error error;
};

// Reads `body` to its end. On failure nothing stays in the store.
// Errors: kBody: those of the reader. kSize: kTooLarge, or kInvalidArgument when the body differs
// from declared_size. kFormat: kInvalidArgument. kStore: those of Store::put() and StoreWriter;
// kCancelled when the context was stopped.
// Threads: blocks; any worker. Memory: pending_bytes and a few blocks.
tl::expected<Ingested, IngestError> ingest(const RequestContext& context,
                                           const IngestOptions& options,
                                           const IngestRequest& request, http::BodyReader& body,
                                           Store& store);

}  // namespace glint::origin
