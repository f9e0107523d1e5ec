#include "metrics/request_metrics.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <set>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/mutex.h"
#include "base/strings.h"

namespace glint::metrics {
namespace {

constexpr std::size_t kSlots = 4096;  // power of two
constexpr std::size_t kMaxSeries =
    3072;  // of route × method × status × source; the rest counts as "other"
constexpr std::size_t kLoggedPath = 1024;  // bytes

// The value itself when it is in the closed set of the metric's label, else "other".
const char* closedValue(Metric metric, std::string_view value) {
  for (const char* known : rowOf(metric).labels.back().values)
    if (value == known) return known;
  return "other";
}

const char* closedSource(const char* source) {
  return *source == '\0' ? "none" : closedValue(Metric::kHttpResponseBytes, source);
}

// What a finished request is counted under. Route and source are literals: the address is the name.
struct Key {
  const char* route;
  const char* source;
  http::Method method;
  int status;
  bool operator==(const Key&) const = default;

  std::size_t hash() const {
    auto mixed = reinterpret_cast<std::uintptr_t>(route) * 0x9E3779B97F4A7C15ULL;
    mixed ^= reinterpret_cast<std::uintptr_t>(source) * 0xC2B2AE3D27D4EB4FULL;
    mixed ^= (static_cast<std::uintptr_t>(method) << 32U | static_cast<std::uintptr_t>(status)) *
             0x165667B19E3779F9ULL;
    return mixed ^ mixed >> 29U;
  }
};

struct Series {
  Key key;
  Counter requests;
  Counter cut;
  Counter request_bytes;
  Counter response_bytes;
  Histogram duration;
  Histogram first_byte;
};

double inSeconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

double inMilliseconds(std::chrono::nanoseconds duration) {
  return static_cast<double>(duration.count() / 1000) / 1000.0;  // to the microsecond
}

void logRequest(const net::FinishedRequest& done) {
  if (!log::enabled(log::Level::kInfo)) return;
  static thread_local std::vector<log::Field> fields;  // its memory is kept from line to line
  fields.clear();
  fields.emplace_back("request_id", done.request_id);
  fields.emplace_back("method", http::toString(done.request.method));
  fields.emplace_back("path", done.request.path().substr(0, kLoggedPath));
  fields.emplace_back("status", done.status);
  fields.emplace_back("bytes", done.response_body_bytes);
  if (done.request_body_bytes > 0) fields.emplace_back("received", done.request_body_bytes);
  fields.emplace_back("dur_ms", inMilliseconds(done.duration));
  fields.emplace_back("first_byte_ms", inMilliseconds(done.first_byte));
  fields.emplace_back("route", done.route);
  if (*done.source != '\0') fields.emplace_back("source", done.source);
  fields.emplace_back("peer", done.peer.address);
  if (!done.clean) fields.emplace_back("cut", true);
  for (const auto& [key, value] : done.annotations) fields.emplace_back(key, value);
  log::writeFields(log::Level::kInfo, "request", fields);
}

}  // namespace

// Series by key, in an insert-only open hash: a lookup is a few loads without a lock, an insertion
// takes the mutex.
struct RequestMetrics::Impl {
  explicit Impl(Registry& from)
      : registry(from),
        connections(from.gauge(Metric::kHttpConnections)),
        connections_opened(from.counter(Metric::kHttpConnectionsOpened)) {}

  Registry& registry;
  Gauge connections;
  Counter connections_opened;
  std::array<std::atomic<Series*>, kSlots> slots{};
  Mutex mutex;
  std::vector<std::unique_ptr<Series>> owned GUARDED_BY(mutex);

  Series& find(const Key& key) {
    for (std::size_t at = key.hash();; ++at) {
      Series* series = slots[at % kSlots].load(std::memory_order_acquire);
      if (series == nullptr) return insert(key);
      if (series->key == key) return *series;
    }
  }

  Series& insert(const Key& key) {
    MutexLock lock(mutex);
    const bool full = owned.size() >= kMaxSeries;
    const Key stored = full ? Key{"other", "other", http::Method::kOther, 0} : key;
    for (std::size_t at = stored.hash();; ++at) {
      auto& slot = slots[at % kSlots];
      Series* series = slot.load(std::memory_order_relaxed);
      if (series != nullptr && series->key == stored) return *series;  // another thread was first
      if (series != nullptr) continue;
      owned.push_back(std::make_unique<Series>(make(stored)));
      slot.store(owned.back().get(), std::memory_order_release);
      return *owned.back();
    }
  }

  Series make(const Key& key) {
    const std::string code = key.status == 0 ? "none" : std::to_string(key.status);
    return {
        .key = key,
        .requests =
            registry.counter(Metric::kHttpRequests, {key.route, http::toString(key.method), code}),
        .cut = registry.counter(Metric::kHttpRequestsCut, {key.route}),
        .request_bytes = registry.counter(Metric::kHttpRequestBytes, {key.route}),
        .response_bytes = registry.counter(Metric::kHttpResponseBytes, {closedSource(key.source)}),
        .duration = registry.histogram(Metric::kHttpDuration, {key.route}),
        .first_byte = registry.histogram(Metric::kHttpFirstByte, {key.route})};
  }
};

RequestMetrics::RequestMetrics(Registry& registry) : impl_(std::make_unique<Impl>(registry)) {}
RequestMetrics::~RequestMetrics() = default;

void RequestMetrics::onConnectionOpened() {
  impl_->connections.add();
  impl_->connections_opened.increment();
}

void RequestMetrics::onConnectionClosed() { impl_->connections.subtract(); }

void RequestMetrics::onConnectionRefused(const char* reason) {
  const char* known = closedValue(Metric::kHttpConnectionsRefused, reason);
  impl_->registry.counter(Metric::kHttpConnectionsRefused, {known}).increment();
  log::debug("connection_refused", {{"reason", reason}});
}

void RequestMetrics::onRequestFinished(const net::FinishedRequest& done) {
  Series& series = impl_->find({done.route, done.source, done.request.method, done.status});
  series.requests.increment();
  if (!done.clean) series.cut.increment();
  if (done.request_body_bytes > 0)
    series.request_bytes.increment(static_cast<double>(done.request_body_bytes));
  if (done.response_body_bytes > 0)
    series.response_bytes.increment(static_cast<double>(done.response_body_bytes));
  series.duration.observe(inSeconds(done.duration));
  if (done.status != 0) series.first_byte.observe(inSeconds(done.first_byte));
  logRequest(done);
}

double RequestMetrics::openConnections() const { return impl_->connections.value(); }

}  // namespace glint::metrics
