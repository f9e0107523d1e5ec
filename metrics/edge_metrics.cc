#include "metrics/edge_metrics.h"

namespace glint::metrics {
namespace {

template <class E>
constexpr std::size_t indexOf(E value) {
  return static_cast<std::size_t>(value);
}

// The label values in the order of the enums.
constexpr std::array<const char*, kUpstreamKindCount> kKinds{
    "authorize", "fill", "forward", "health", "feed", "prefetch", "report"};
constexpr std::array<const char*, 6> kResults{"2xx", "3xx", "4xx", "5xx", "timeout", "failed"};
constexpr std::array<const char*, 6> kFillResults{"stored",   "not_stored", "mismatch",
                                                  "upstream", "disk",       "cancelled"};
constexpr std::array<const char*, 2> kStages{"fill", "store"};
constexpr std::array<const char*, 4> kDecisions{"allowed", "denied", "absent", "error"};
constexpr std::array<const char*, 6> kFeedEvents{"activated", "changed", "deactivated",
                                                 "deleted",   "members", "reset"};
constexpr std::array<const char*, 3> kDeciders{"cache", "upstream", "grace"};

constexpr std::size_t kTimeout = 4;
constexpr std::size_t kFailed = 5;

std::size_t resultOf(int status) {
  return status >= 200 && status < 600 ? static_cast<std::size_t>(status / 100 - 2) : kFailed;
}

double inSeconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

EdgeMetrics::EdgeMetrics(Registry& registry)
    : registry_(registry),
      hit_(registry.counter(Metric::kCacheRequests, {"hit"})),
      miss_(registry.counter(Metric::kCacheRequests, {"miss"})),
      coalesced_(registry.counter(Metric::kCacheRequests, {"coalesced"})),
      partial_(registry.counter(Metric::kCacheRequests, {"partial"})),
      bypass_(registry.counter(Metric::kCacheRequests, {"bypass"})),
      denied_(registry.counter(Metric::kCacheRequests, {"denied"})),
      stale_(registry.counter(Metric::kCacheRequests, {"stale"})),
      error_(registry.counter(Metric::kCacheRequests, {"error"})),
      upstream_up_(registry.gauge(Metric::kUpstreamUp)),
      upstream_moves_(registry.counter(Metric::kUpstreamMoves)),
      fills_in_flight_(registry.gauge(Metric::kFillsInFlight)),
      fill_waiters_(registry.gauge(Metric::kFillWaiters)),
      fill_duration_(registry.histogram(Metric::kFillDuration)),
      fill_resumes_(registry.counter(Metric::kFillResumes)),
      write_no_space_(registry.counter(Metric::kStoreWriteFailures, {"no_space"})),
      write_io_(registry.counter(Metric::kStoreWriteFailures, {"io"})),
      feed_connected_(registry.gauge(Metric::kFeedConnected)),
      feed_age_(registry.gauge(Metric::kFeedAge)),
      bootable_offline_(registry.gauge(Metric::kBootableOffline)),
      prefetch_queue_{registry.gauge(Metric::kPrefetchQueue, {"queued"}),
                      registry.gauge(Metric::kPrefetchQueue, {"running"}),
                      registry.gauge(Metric::kPrefetchQueue, {"failed"})},
      prefetches_stored_(registry.counter(Metric::kPrefetches, {"stored"})),
      prefetches_retried_(registry.counter(Metric::kPrefetches, {"retried"})),
      prefetches_failed_(registry.counter(Metric::kPrefetches, {"failed"})),
      prefetched_bytes_(registry.counter(Metric::kPrefetchedBytes)),
      pinned_(registry.gauge(Metric::kPinned)) {
  for (std::size_t i = 0; i < kFeedEvents.size(); ++i)
    feed_events_[i] = registry.counter(Metric::kFeedEvents, {kFeedEvents[i]});
  for (std::size_t kind = 0; kind < kKinds.size(); ++kind) {
    for (std::size_t result = 0; result < kResults.size(); ++result)
      upstream_requests_[kind][result] =
          registry.counter(Metric::kUpstreamRequests, {kKinds[kind], kResults[result]});
    upstream_head_[kind] = registry.histogram(Metric::kUpstreamHeadTime, {kKinds[kind]});
    upstream_received_[kind] = registry.counter(Metric::kUpstreamReceivedBytes, {kKinds[kind]});
    upstream_sent_[kind] = registry.counter(Metric::kUpstreamSentBytes, {kKinds[kind]});
  }
  for (std::size_t i = 0; i < kFillResults.size(); ++i)
    fills_[i] = registry.counter(Metric::kFills, {kFillResults[i]});
  for (std::size_t i = 0; i < kStages.size(); ++i)
    verification_failures_[i] = registry.counter(Metric::kVerificationFailures, {kStages[i]});
  for (std::size_t decision = 0; decision < kDecisions.size(); ++decision)
    for (std::size_t by = 0; by < kDeciders.size(); ++by)
      decisions_[decision][by] =
          registry.counter(Metric::kAuthorizationDecisions, {kDecisions[decision], kDeciders[by]});
}

void EdgeMetrics::upstreamAnswered(UpstreamKind kind, int status,
                                   std::chrono::nanoseconds to_head) {
  upstream_requests_[indexOf(kind)][resultOf(status)].increment();
  upstream_head_[indexOf(kind)].observe(inSeconds(to_head));
}

void EdgeMetrics::upstreamFailed(UpstreamKind kind, ErrorCode code) {
  upstream_requests_[indexOf(kind)][code == ErrorCode::kTimeout ? kTimeout : kFailed].increment();
}

void EdgeMetrics::upstreamReceived(UpstreamKind kind, std::uint64_t body_bytes) {
  upstream_received_[indexOf(kind)].increment(static_cast<double>(body_bytes));
}

void EdgeMetrics::upstreamSent(UpstreamKind kind, std::uint64_t body_bytes) {
  upstream_sent_[indexOf(kind)].increment(static_cast<double>(body_bytes));
}

void EdgeMetrics::fillEnded(FillResult result, std::chrono::nanoseconds duration) {
  fills_in_flight_.subtract();
  fills_[indexOf(result)].increment();
  if (result == FillResult::kStored) fill_duration_.observe(inSeconds(duration));
}

void EdgeMetrics::verificationFailed(VerifiedAt stage) {
  verification_failures_[indexOf(stage)].increment();
}

void EdgeMetrics::storeWriteFailed(ErrorCode code) {
  (code == ErrorCode::kNoSpace ? write_no_space_ : write_io_).increment();
}

void EdgeMetrics::authorization(Decision decision, DecidedBy by) {
  decisions_[indexOf(decision)][indexOf(by)].increment();
}

void EdgeMetrics::feedEvent(FeedEvent event) { feed_events_[indexOf(event)].increment(); }

void EdgeMetrics::bootableOffline(std::size_t images) {
  bootable_offline_.set(static_cast<double>(images));
}

void EdgeMetrics::feedState(bool connected, std::chrono::nanoseconds age) {
  feed_connected_.set(connected ? 1 : 0);
  feed_age_.set(inSeconds(age));
}

void EdgeMetrics::prefetched(std::uint64_t bytes) {
  prefetches_stored_.increment();
  prefetched_bytes_.increment(static_cast<double>(bytes));
}

void EdgeMetrics::prefetchState(std::size_t queued, std::size_t running, std::size_t failed,
                                std::size_t pinned) {
  prefetch_queue_[0].set(static_cast<double>(queued));
  prefetch_queue_[1].set(static_cast<double>(running));
  prefetch_queue_[2].set(static_cast<double>(failed));
  pinned_.set(static_cast<double>(pinned));
}

void EdgeMetrics::watchStore(std::function<StoreSample()> sample) {
  Registry& from = registry_;
  registry_.onCollect([sample = std::move(sample), used = from.gauge(Metric::kStoreUsedBytes),
                       reserved = from.gauge(Metric::kStoreReservedBytes),
                       capacity = from.gauge(Metric::kStoreCapacityBytes),
                       contents = from.gauge(Metric::kStoreContents),
                       evictions = from.counter(Metric::kStoreEvictions),
                       evicted = from.counter(Metric::kStoreEvictedBytes),
                       corrupt = from.counter(Metric::kStoreCorrupt)]() mutable {
    const StoreSample now = sample();
    used.set(static_cast<double>(now.used_bytes));
    reserved.set(static_cast<double>(now.reserved_bytes));
    capacity.set(static_cast<double>(now.capacity_bytes));
    contents.set(static_cast<double>(now.contents));
    evictions.raiseTo(static_cast<double>(now.evictions));
    evicted.raiseTo(static_cast<double>(now.evicted_bytes));
    corrupt.raiseTo(static_cast<double>(now.corrupt));
  });
}

void EdgeMetrics::watchAuthorizationCache(std::function<std::size_t()> entries) {
  registry_.onCollect(
      [gauge = registry_.gauge(Metric::kAuthorizationCacheEntries),
       entries = std::move(entries)]() mutable { gauge.set(static_cast<double>(entries())); });
}

}  // namespace glint::metrics
