// What the parts of an edge are given: what all loops share, and what belongs to one loop.
#pragma once

#include <memory>

#include "proxy/fwd.h"
#include "proxy/loop_jobs.h"

namespace glint::cache {
class ContentStore;
}
namespace glint::metrics {
class EdgeMetrics;
}
namespace glint::net {
class Client;
class EventLoop;
class WorkerPool;
}  // namespace glint::net

namespace glint::proxy {

// Shared by all loops; every member may be used from any thread.
struct Edge {
  const EdgeOptions& options;
  Upstream& upstream;
  Authorizer& authorizer;
  Fills& fills;
  cache::ContentStore& store;
  net::WorkerPool& workers;
  metrics::EdgeMetrics& metrics;
  // Set before anything listens.
  const ChangeFeed* feed = nullptr;
  PrefetchQueue* prefetch = nullptr;
  const Prefetcher* prefetcher = nullptr;  // nullptr: nothing takes from the queue
};

// One per loop, used on that loop; outlives every exchange of the loop.
struct LoopContext {
  Edge& edge;
  net::EventLoop& loop;
  net::Client& client;
  std::shared_ptr<LoopJobs> jobs;  // shared as a sign of life for tasks that come late
};

}  // namespace glint::proxy
