// A short response of the upstream, kept whole: to be passed on to the client that caused it.
#pragma once

#include <cstdint>
#include <string>

#include "http/message.h"

namespace glint::proxy {

inline constexpr std::uint64_t kAnswerLimitBytes = 64 * 1024;  // of a body kept; the rest is cut

struct UpstreamAnswer {
  int status = 0;
  http::HeaderMap headers;
  std::string body;
};

// As the client gets it: hop-by-hop fields removed.
http::Response toResponse(const UpstreamAnswer& answer);

}  // namespace glint::proxy
