// One process per cache directory: flock on <dir>/LOCK. The kernel drops it when the process ends,
// however it ends.
#pragma once

#include <string>

#include "base/handle.h"
#include "base/result.h"

namespace glint::cache {

class DirectoryLock {
 public:
  // Errors: kConflict (another process holds it; its pid is in the message), by errno.
  static Result<DirectoryLock> take(const std::string& dir);

 private:
  explicit DirectoryLock(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

}  // namespace glint::cache
