// What travels first into every function that may wait: whose request it is, until when, and
// whether it is still wanted.
#pragma once

#include <chrono>
#include <stop_token>
#include <string>

namespace glint {

struct RequestContext {
  std::string request_id;  // "req-" + UUID4
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  std::stop_token stop;  // requested when the client went away
};

}  // namespace glint
