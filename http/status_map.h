// The one place where an error becomes an HTTP status.
#pragma once

#include "base/result.h"

namespace glint::http {

// No `default`: a new ErrorCode must be decided here.
constexpr int toHttpStatus(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return 400;
    case ErrorCode::kForbidden:
      return 403;
    case ErrorCode::kNotFound:
      return 404;
    case ErrorCode::kConflict:
      return 409;
    case ErrorCode::kTooLarge:
    case ErrorCode::kNoSpace:  // the Images API answers 413 when a store is full
      return 413;
    case ErrorCode::kCancelled:  // the client went away; only the log sees it
      return 499;
    case ErrorCode::kCorrupt:
    case ErrorCode::kUpstream:
      return 502;
    case ErrorCode::kOverloaded:
      return 503;
    case ErrorCode::kTimeout:
      return 504;
    case ErrorCode::kInternal:
      return 500;
  }
  return 500;
}

static_assert(toHttpStatus(ErrorCode::kInvalidArgument) == 400);
static_assert(toHttpStatus(ErrorCode::kConflict) == 409);
static_assert(toHttpStatus(ErrorCode::kNoSpace) == 413);
static_assert(toHttpStatus(ErrorCode::kUpstream) == 502);
static_assert(toHttpStatus(ErrorCode::kInternal) == 500);

}  // namespace glint::http
