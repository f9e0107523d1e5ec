// What glint-edge counts, as named methods. Counting is cheap enough for the event loop.
// Threads: any.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>

#include "base/result.h"
#include "metrics/registry.h"

namespace glint::metrics {

// Why the edge speaks to the upstream.
enum class UpstreamKind : std::uint8_t {
  kAuthorize,
  kFill,
  kForward,
  kHealth,
  kFeed,
  kPrefetch,
  kReport
};
inline constexpr std::size_t kUpstreamKindCount = 7;

enum class FillResult : std::uint8_t {
  kStored,
  kNotStored,  // verified, but not kept (removed meanwhile)
  kMismatch,   // wrong digest
  kUpstream,   // the transfer failed
  kDisk,
  kCancelled,
};
enum class VerifiedAt : std::uint8_t { kFill, kStore };
enum class Decision : std::uint8_t { kAllowed, kDenied, kAbsent, kError };
enum class FeedEvent : std::uint8_t {
  kActivated,
  kChanged,
  kDeactivated,
  kDeleted,
  kMembers,
  kReset,
};
enum class DecidedBy : std::uint8_t { kCache, kUpstream, kGrace };

struct StoreSample {
  std::uint64_t used_bytes = 0;
  std::uint64_t reserved_bytes = 0;
  std::uint64_t capacity_bytes = 0;
  std::uint64_t contents = 0;
  std::uint64_t evictions = 0;
  std::uint64_t evicted_bytes = 0;
  std::uint64_t corrupt = 0;
};

class EdgeMetrics {
 public:
  explicit EdgeMetrics(Registry& registry);

  // Each image download counts as exactly one of these.
  void hit() { hit_.increment(); }              // all of it was stored
  void miss() { miss_.increment(); }            // began a fill
  void coalesced() { coalesced_.increment(); }  // joined a running fill
  void partial() { partial_.increment(); }      // a range out of a fill
  void bypass() { bypass_.increment(); }        // streamed without the cache
  void denied() { denied_.increment(); }
  void stale() { stale_.increment(); }  // a hit on a decision kept while the upstream is away
  void error() { error_.increment(); }

  // One of the two per request to the upstream; `to_head`: from the request to the head of the
  // response.
  void upstreamAnswered(UpstreamKind kind, int status, std::chrono::nanoseconds to_head);
  void upstreamFailed(UpstreamKind kind, ErrorCode code);
  void upstreamReceived(UpstreamKind kind, std::uint64_t body_bytes);
  void upstreamSent(UpstreamKind kind, std::uint64_t body_bytes);
  void upstreamMoved() { upstream_moves_.increment(); }
  void upstreamUp(bool up) { upstream_up_.set(up ? 1 : 0); }

  void fillStarted() { fills_in_flight_.add(); }
  void fillEnded(FillResult result, std::chrono::nanoseconds duration);
  void fillResumed() { fill_resumes_.increment(); }
  void waiterJoined() { fill_waiters_.add(); }
  void waiterLeft() { fill_waiters_.subtract(); }
  double fillsInFlight() const { return fills_in_flight_.value(); }
  double waiters() const { return fill_waiters_.value(); }

  void verificationFailed(VerifiedAt stage);
  void storeWriteFailed(ErrorCode code);
  void authorization(Decision decision, DecidedBy by);

  void feedEvent(FeedEvent event);
  void bootableOffline(std::size_t images);
  void feedState(bool connected, std::chrono::nanoseconds age);

  void prefetched(std::uint64_t bytes);
  void prefetchFailed(bool tried_again) {
    (tried_again ? prefetches_retried_ : prefetches_failed_).increment();
  }
  void prefetchState(std::size_t queued, std::size_t running, std::size_t failed,
                     std::size_t pinned);

  // Read at each scrape.
  void watchStore(std::function<StoreSample()> sample);
  void watchAuthorizationCache(std::function<std::size_t()> entries);

 private:
  static constexpr std::size_t kUpstreamResultCount = 6;

  Registry& registry_;
  Counter hit_, miss_, coalesced_, partial_, bypass_, denied_, stale_, error_;
  std::array<std::array<Counter, kUpstreamResultCount>, kUpstreamKindCount> upstream_requests_;
  std::array<Histogram, kUpstreamKindCount> upstream_head_;
  std::array<Counter, kUpstreamKindCount> upstream_received_;
  std::array<Counter, kUpstreamKindCount> upstream_sent_;
  Gauge upstream_up_;
  Counter upstream_moves_;
  Gauge fills_in_flight_;
  Gauge fill_waiters_;
  std::array<Counter, 6> fills_;
  Histogram fill_duration_;
  Counter fill_resumes_;
  std::array<Counter, 2> verification_failures_;
  Counter write_no_space_, write_io_;
  std::array<std::array<Counter, 3>, 4> decisions_;
  Gauge feed_connected_, feed_age_, bootable_offline_;
  std::array<Counter, 6> feed_events_;
  std::array<Gauge, 3> prefetch_queue_;
  Counter prefetches_stored_, prefetches_retried_, prefetches_failed_, prefetched_bytes_;
  Gauge pinned_;
};

}  // namespace glint::metrics
