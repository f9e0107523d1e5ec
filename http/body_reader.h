// The blocking end of a request body, for handlers on a worker.
#pragma once

#include "base/result.h"
#include "base/slice.h"

namespace glint::http {

class BodyReader {
 public:
  virtual ~BodyReader() = default;
  // Blocks for the next bytes; an empty slice is the end of the body.
  // Errors: kCancelled (the client went away), kTimeout (it stalled), kInvalidArgument (it broke
  // the protocol).
  virtual Result<Slice> read() = 0;
};

}  // namespace glint::http
