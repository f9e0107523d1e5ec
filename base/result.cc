#include "base/result.h"

#include <cerrno>
#include <system_error>

namespace glint {

const char* toString(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return "invalid_argument";
    case ErrorCode::kNotFound:
      return "not_found";
    case ErrorCode::kForbidden:
      return "forbidden";
    case ErrorCode::kConflict:
      return "conflict";
    case ErrorCode::kTooLarge:
      return "too_large";
    case ErrorCode::kCorrupt:
      return "corrupt";
    case ErrorCode::kNoSpace:
      return "no_space";
    case ErrorCode::kTimeout:
      return "timeout";
    case ErrorCode::kCancelled:
      return "cancelled";
    case ErrorCode::kOverloaded:
      return "overloaded";
    case ErrorCode::kUpstream:
      return "upstream";
    case ErrorCode::kInternal:
      return "internal";
  }
  return "internal";
}

namespace {

ErrorCode codeOf(int os_errno) {
  switch (os_errno) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return ErrorCode::kNoSpace;
    case ENOENT:
      return ErrorCode::kNotFound;
    case EACCES:
    case EPERM:
    case EROFS:
      return ErrorCode::kForbidden;
    case EEXIST:
      return ErrorCode::kConflict;
    default:
      return ErrorCode::kInternal;
  }
}

}  // namespace

tl::unexpected<Error> failErrno(std::string what, int os_errno) {
  what += ": ";
  what += std::generic_category().message(os_errno);
  return tl::unexpected<Error>(Error{codeOf(os_errno), std::move(what), os_errno});
}

tl::unexpected<Error> failWith(std::string context, const Error& cause) {
  context += ": ";
  context += cause.message;
  return tl::unexpected<Error>(Error{cause.code, std::move(context), cause.os_errno});
}

}  // namespace glint
