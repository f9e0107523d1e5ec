// Reads what a store has opened, from its beginning to its end.
#pragma once

#include <functional>
#include <span>

#include "base/result.h"
#include "http/body.h"

namespace glint::origin {

// `take` sees the bytes in order; its error ends the reading and is returned.
// Errors: kInternal (the disk, or a source that broke off), those of `take`.
// Threads: blocks; not on a loop.
Status readBody(const http::Body& body, const std::function<Status(Slice)>& take);

}  // namespace glint::origin
