// The answers of GET /metrics and GET /healthcheck.
// Threads: any.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "http/message.h"

namespace glint::metrics {

class Registry;

http::Response metricsResponse(Registry& registry);

enum class Health : std::uint8_t {
  kOk,
  kDegraded,  // something is missing, but what is asked for most is served (an edge without its
              // upstream): still 200
  kFailed,    // 503: do not send requests here
};
struct HealthCheck {
  std::string name;  // "upstream", "store", "catalog"
  Health health = Health::kOk;
  std::string detail;  // for people; empty when all is well
};

// The worst of the checks decides. Text: "OK", "DEGRADED" or "FAILED" and a line per check that is
// not well; with `Accept: application/json`: {"status":"ok","checks":[{"name","status","detail"}]}.
http::Response healthResponse(std::span<const HealthCheck> checks,
                              const http::RequestHead& request);

}  // namespace glint::metrics
