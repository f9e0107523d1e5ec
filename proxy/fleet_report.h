// Tells the origin, on a thread of its own, how this edge is and which images it holds
// (docs/fleet.md). Without a service account, or before an Images API that is not glint-origin,
// nothing is told.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/options.h"
#include "base/result.h"
#include "image/edge_report.h"
#include "net/client.h"
#include "proxy/fwd.h"

namespace glint::cache {
class ContentStore;
}
namespace glint::metrics {
class EdgeMetrics;
}

namespace glint::proxy {

class ServiceAccount;

struct FleetOptions {
  std::string name;  // empty: the host's
  std::string url;   // where compute hosts reach this edge; empty: nothing is told
  std::chrono::milliseconds interval{30'000};
};
// Group [fleet].
void addOptions(OptionTable& table, FleetOptions& options);
// Fills in the host's name. Errors: kInvalidArgument, naming the option.
Status finish(FleetOptions& options);

// What there is to tell now. Threads: any.
image::EdgeReport reportOf(const std::string& url, std::chrono::milliseconds offline_grace,
                           const cache::ContentStore& store, const Authorizer& authorizer);

// Images held whole that somebody may boot if the upstream were lost now. Threads: any.
std::size_t bootableOffline(const cache::ContentStore& store, const Authorizer& authorizer);

class FleetReporter {
 public:
  struct Parts {
    Upstream& upstream;
    const Authorizer& authorizer;
    const cache::ContentStore& store;
    ServiceAccount& account;
    metrics::EdgeMetrics& metrics;
    std::chrono::milliseconds offline_grace;
  };
  static Result<std::unique_ptr<FleetReporter>> start(const Parts& parts,
                                                      const FleetOptions& options,
                                                      const net::ClientOptions& client);
  virtual ~FleetReporter() = default;  // joins the thread
};

}  // namespace glint::proxy
