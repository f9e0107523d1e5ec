// Fetches what the prefetch queue holds, one image after the other, as the service account, on a
// thread of its own; and puts into the queue what the policies want.
//
// A prefetch is a fill like any other: clients that want the image meanwhile follow it. None begins
// while clients wait for fills. Content that a policy pins is held, and so not evicted.
//
// Threads: consider(), state() from any.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/client.h"
#include "proxy/change_source.h"
#include "proxy/prefetch_policy.h"
#include "proxy/prefetch_queue.h"

namespace glint::proxy {

struct PrefetchOptions {
  std::vector<std::string> policy_texts;
  std::vector<PrefetchPolicy> policies{};               // parsed from those
  std::chrono::milliseconds sweep_interval{3'600'000};  // between looks at all images
  PrefetchQueue::Options queue{};
};

struct PrefetchState {
  std::optional<image::ImageId> running;
  std::uint64_t size = 0;  // of the one that runs; 0: not known yet
  std::uint64_t done_bytes = 0;
  std::chrono::steady_clock::duration elapsed{};
  std::vector<std::string> pinned;  // image ids
};

class Prefetcher {
 public:
  struct Parts {
    Edge& edge;
    ServiceAccount& account;
    PrefetchQueue& queue;
  };
  // Begins at once. The object outlives the edge's workers, which may still post to its loop.
  static Result<std::unique_ptr<Prefetcher>> start(const Parts& parts,
                                                   const PrefetchOptions& options,
                                                   const net::ClientOptions& client);
  virtual ~Prefetcher() = default;
  virtual void stop() = 0;  // joins the thread; what runs is given up, and queued again

  // The image changed, as the change feed says.
  virtual void consider(const ImageChange& change) = 0;
  virtual PrefetchState state() const = 0;
};

}  // namespace glint::proxy
