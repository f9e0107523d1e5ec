// What Keystone says of a token (Identity API v3, GET /v3/auth/tokens).
//
// Threads: none.
#pragma once

#include <chrono>
#include <string_view>

#include "base/result.h"
#include "origin/identity/caller.h"

namespace glint::origin {

struct KeystoneToken {
  Caller caller;
  std::chrono::sys_time<std::chrono::microseconds> expires_at{};
};

// The body of the answer. Errors: kUpstream (it is not such a body).
Result<KeystoneToken> parseKeystoneToken(std::string_view body);

}  // namespace glint::origin
