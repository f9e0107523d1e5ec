// What requests that carry an image's bytes have in common (spec: images-api §10, §12).
#pragma once

#include <cstdint>
#include <optional>

#include "origin/api/request.h"
#include "origin/ingest.h"

namespace glint::origin {

// The size the client says the body has; its own header wins over the transfer's.
// Errors: 415 (the body is not application/octet-stream), 400 (the size is no number).
ApiResult<std::optional<std::uint64_t>> readUploadHead(const http::RequestHead& head);

// What the client hears when its bytes could not be stored.
ApiError refusalOf(const IngestError& failure);

}  // namespace glint::origin
