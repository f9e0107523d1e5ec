// Looks at each address of the upstream on a thread of its own: once at start, at once when a
// request has failed, and twice a second while it is down.
#pragma once

#include <chrono>
#include <memory>

#include "base/result.h"
#include "net/client.h"

namespace glint::metrics {
class EdgeMetrics;
}

namespace glint::proxy {

class Upstream;

struct MonitorOptions {
  std::chrono::milliseconds interval{500};  // between looks while the upstream is down
  std::chrono::milliseconds timeout{2000};  // of one look
  net::ClientOptions client;
};

class UpstreamMonitor {
 public:
  static Result<std::unique_ptr<UpstreamMonitor>> start(Upstream& upstream,
                                                        const MonitorOptions& options,
                                                        metrics::EdgeMetrics& metrics);
  virtual ~UpstreamMonitor() = default;  // joins the thread
};

}  // namespace glint::proxy
