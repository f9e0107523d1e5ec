// Errors are values: Result<T> is what every fallible function of Glint returns.
//
// The code is a domain word that callers branch on, never an HTTP status (http/status_map.h maps
// it, once); the message is for the log and the operator: what was attempted, on which object, why
// it failed.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace glint {

enum class ErrorCode : std::uint8_t {
  kInvalidArgument,
  kNotFound,
  kForbidden,
  kConflict,
  kTooLarge,
  kCorrupt,
  kNoSpace,
  kTimeout,
  kCancelled,
  kOverloaded,
  kUpstream,
  kInternal,
};

// "invalid_argument", "not_found", … : the closed set used in logs and metric labels.
const char* toString(ErrorCode code);

struct [[nodiscard]] Error {
  ErrorCode code;
  std::string message;
  int os_errno = 0;
};

template <class T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

inline tl::unexpected<Error> fail(ErrorCode code, std::string message) {
  return tl::unexpected<Error>(Error{code, std::move(message)});
}

// An I/O failure: the code follows from errno (ENOSPC, EDQUOT and EFBIG → kNoSpace, ENOENT →
// kNotFound, EACCES, EPERM and EROFS → kForbidden, EEXIST → kConflict, else kInternal); the message
// ends with errno's text.
tl::unexpected<Error> failErrno(std::string what, int os_errno);

// The same error one level up, with what was attempted there: "<context>: <message>".
tl::unexpected<Error> failWith(std::string context, const Error& cause);

}  // namespace glint
