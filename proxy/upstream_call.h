// Counts one request to the upstream: its answer or failure, and the bytes of its body.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/result.h"
#include "metrics/edge_metrics.h"

namespace glint::proxy {

// Threads: any, one user at a time.
class UpstreamCall {
 public:
  using Kind = metrics::UpstreamKind;
  UpstreamCall(metrics::EdgeMetrics& metrics, Kind kind) : metrics_(metrics), kind_(kind) {}

  void answered(int status) {
    answered_ = true;
    metrics_.upstreamAnswered(kind_, status, std::chrono::steady_clock::now() - started_);
  }
  void failed(const Error& error) {
    if (!answered_) metrics_.upstreamFailed(kind_, error.code);
  }
  void received(std::uint64_t bytes) { metrics_.upstreamReceived(kind_, bytes); }

 private:
  metrics::EdgeMetrics& metrics_;
  const Kind kind_;
  bool answered_ = false;
  const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace glint::proxy
