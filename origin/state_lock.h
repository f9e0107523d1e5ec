// One process per state directory, and the name it keeps across restarts.
#pragma once

#include <string>

#include "base/handle.h"
#include "base/result.h"

namespace glint::origin {

struct StateLock {
  UniqueFd file;         // the lock is held while this is open
  std::string instance;  // a UUID, made at the first start
};

// Creates the directory (mode 0700) if need be. Errors: kConflict (another process holds it), those
// of I/O.
Result<StateLock> lockState(const std::string& directory);

}  // namespace glint::origin
