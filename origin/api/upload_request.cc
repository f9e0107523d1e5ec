#include "origin/api/upload_request.h"

#include <string_view>

#include "base/strings.h"

namespace glint::origin {
namespace {

constexpr std::string_view kOctetStream = "application/octet-stream";

bool isOctetStream(const http::HeaderMap& headers) {
  const auto type = headers.get("content-type");
  return type && iequals(trim(type->substr(0, type->find(';'))), kOctetStream);
}

}  // namespace

ApiResult<std::optional<std::uint64_t>> readUploadHead(const http::RequestHead& head) {
  if (!isOctetStream(head.headers))
    return refuse(kStatusUnsupportedMediaType, "Content-Type must be " + std::string(kOctetStream));
  const auto text = head.headers.get("x-openstack-image-size");
  if (!text) return head.chunked ? std::nullopt : head.content_length;
  const auto size = parseInteger<std::int64_t>(trim(*text));
  if (!size || *size < 0)
    return fail(ErrorCode::kInvalidArgument, "x-openstack-image-size is not a size in bytes");
  return static_cast<std::uint64_t>(*size);
}

ApiError refusalOf(const IngestError& failure) {
  const Error& error = failure.error;
  switch (failure.stage) {
    case IngestStage::kBody:
    case IngestStage::kSize:
      return error;
    case IngestStage::kFormat:
      return {kStatusUnsupportedMediaType, error.message};
    case IngestStage::kStore:
      if (error.code == ErrorCode::kForbidden)
        return Error{ErrorCode::kOverloaded, "the image store cannot be written", 0};
      if (error.code == ErrorCode::kNoSpace)
        return Error{ErrorCode::kNoSpace, "the image store is full", 0};
      if (error.code == ErrorCode::kConflict)
        return Error{ErrorCode::kConflict, "the image store holds data under this id", 0};
      return Error{ErrorCode::kInternal, error.message, 0};
  }
  return Error{ErrorCode::kInternal, error.message, 0};
}

}  // namespace glint::origin
