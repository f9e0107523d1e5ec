#include "proxy/prefetch_queue.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/log.h"
#include "cache/record_table.h"
#include "http/json.h"

namespace glint::proxy {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using State = PrefetchItem::State;
using System = std::chrono::system_clock;

constexpr std::size_t kRecentKept = 100;
constexpr std::size_t kErrorLength = 500;
constexpr std::uint32_t kMostDoublings = 20;

std::int64_t toMillis(System::time_point time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}
System::time_point fromMillis(std::int64_t millis) {
  return System::time_point(std::chrono::milliseconds(millis));
}

std::string encode(const PrefetchItem& item) {
  return http::dumpJson({{"priority", item.priority},
                         {"reason", item.reason},
                         {"failed", item.state == State::kFailed},
                         {"attempts", item.attempts},
                         {"last_error", item.last_error},
                         {"queued_at", toMillis(item.queued_at)},
                         {"next_try", toMillis(item.next_try)}});
}

// nullopt: not a record of ours. One that ran when the edge ended is queued again.
std::optional<PrefetchItem> decode(const std::string& image, const std::string& text) {
  const json record = json::parse(text, nullptr, false);
  if (!record.is_object()) return std::nullopt;
  PrefetchItem item;
  item.image.value = image;
  try {
    item.priority = record.at("priority").get<std::int32_t>();
    item.reason = record.at("reason").get<std::string>();
    item.state = record.at("failed").get<bool>() ? State::kFailed : State::kQueued;
    item.attempts = record.at("attempts").get<std::uint32_t>();
    item.last_error = record.at("last_error").get<std::string>();
    item.queued_at = fromMillis(record.at("queued_at").get<std::int64_t>());
    item.next_try = fromMillis(record.at("next_try").get<std::int64_t>());
  } catch (const json::exception&) {
    return std::nullopt;
  }
  return item;
}

bool before(const PrefetchItem& a, const PrefetchItem& b) {
  const auto rank = [](const PrefetchItem& item) {
    return std::tuple(item.state == State::kFailed, -std::int64_t{item.priority}, item.queued_at);
  };
  return rank(a) < rank(b);
}

}  // namespace

const char* toString(State state) {
  switch (state) {
    case State::kQueued:
      return "queued";
    case State::kRunning:
      return "running";
    case State::kFailed:
      return "failed";
  }
  return "queued";
}

Result<std::unique_ptr<PrefetchQueue>> PrefetchQueue::open(const std::string& dir,
                                                           const Options& options,
                                                           const Clock& clock) {
  auto opened = cache::RecordTable::open(dir);
  if (!opened) return failWith("prefetch queue", opened.error());
  std::unique_ptr<PrefetchQueue> queue(new PrefetchQueue(std::move(opened->table), options, clock));
  for (const auto& [key, value] : opened->records) queue->load(key, value);
  return queue;
}

PrefetchQueue::PrefetchQueue(std::unique_ptr<cache::RecordTable> table, const Options& options,
                             const Clock& clock)
    : table_(std::move(table)), options_(options), clock_(clock) {}

PrefetchQueue::~PrefetchQueue() = default;

void PrefetchQueue::load(const std::string& key, const std::string& value) {
  MutexLock lock(mutex_);
  if (auto item = decode(key, value)) {
    items_.emplace(key, std::move(*item));
  } else {
    log::warn("prefetch_record_damaged", {{"image_id", key}});
    forget(key);
  }
}

Status PrefetchQueue::save(const PrefetchItem& item) {
  return table_->put(item.image.value, encode(item));
}

void PrefetchQueue::forget(const std::string& image) {
  items_.erase(image);
  if (auto erased = table_->erase(image); !erased)
    log::warn("prefetch_queue_not_written", {{"error", erased.error().message}});
}

Status PrefetchQueue::add(const image::ImageId& image, std::int32_t priority,
                          const std::string& reason) {
  std::function<void()> added;
  {
    MutexLock lock(mutex_);
    dropOldFailures();
    const auto found = items_.find(image.value);
    if (found == items_.end() && items_.size() >= options_.max_items)
      return fail(ErrorCode::kTooLarge, "the prefetch queue is full");
    const bool running = found != items_.end() && found->second.state == State::kRunning;
    if (running) return {};
    PrefetchItem item{
        .image = image, .priority = priority, .reason = reason, .queued_at = clock_.systemNow()};
    if (found != items_.end() && found->second.state == State::kQueued) {
      if (found->second.priority >= priority) return {};
      item.queued_at = found->second.queued_at;
    }
    if (auto saved = save(item); !saved) return saved;
    items_.insert_or_assign(image.value, std::move(item));
    added = added_;
  }
  if (added) added();
  return {};
}

bool PrefetchQueue::remove(const image::ImageId& image) {
  MutexLock lock(mutex_);
  if (!items_.contains(image.value)) return false;
  forget(image.value);
  return true;
}

void PrefetchQueue::clear() {
  MutexLock lock(mutex_);
  while (!items_.empty()) forget(std::string(items_.begin()->first));
}

bool PrefetchQueue::contains(const image::ImageId& image) const {
  MutexLock lock(mutex_);
  const auto found = items_.find(image.value);
  return found != items_.end() && found->second.state != State::kFailed;
}

std::vector<PrefetchItem> PrefetchQueue::list() const {
  std::vector<PrefetchItem> all;
  {
    MutexLock lock(mutex_);
    for (const auto& [id, item] : items_) all.push_back(item);
  }
  std::ranges::sort(all, before);
  return all;
}

std::vector<PrefetchDone> PrefetchQueue::recent() const {
  MutexLock lock(mutex_);
  return {recent_.begin(), recent_.end()};
}

std::optional<PrefetchItem> PrefetchQueue::take() {
  MutexLock lock(mutex_);
  const auto now = clock_.systemNow();
  PrefetchItem* first = nullptr;
  for (auto& [id, item] : items_) {
    if (item.state != State::kQueued || item.next_try > now) continue;
    if (first == nullptr || before(item, *first)) first = &item;
  }
  if (first == nullptr) return std::nullopt;
  first->state = State::kRunning;
  return *first;
}

std::optional<std::chrono::milliseconds> PrefetchQueue::untilDue() const {
  MutexLock lock(mutex_);
  std::optional<std::chrono::milliseconds> shortest;
  const auto now = clock_.systemNow();
  for (const auto& [id, item] : items_) {
    if (item.state != State::kQueued) continue;
    const auto left =
        std::max(0ms, std::chrono::ceil<std::chrono::milliseconds>(item.next_try - now));
    shortest = std::min(shortest.value_or(left), left);
  }
  return shortest;
}

void PrefetchQueue::succeeded(const image::ImageId& image, std::uint64_t bytes,
                              std::chrono::milliseconds duration) {
  MutexLock lock(mutex_);
  const auto found = items_.find(image.value);
  const std::string reason = found == items_.end() ? "" : found->second.reason;
  if (found != items_.end()) forget(image.value);
  recent_.push_back({image, reason, bytes, clock_.systemNow(), duration});
  if (recent_.size() > kRecentKept) recent_.pop_front();
}

void PrefetchQueue::failed(const image::ImageId& image, const std::string& error, Again again) {
  MutexLock lock(mutex_);
  const auto found = items_.find(image.value);
  if (found == items_.end()) return;  // removed while it ran
  PrefetchItem& item = found->second;
  item.last_error = error.substr(0, kErrorLength);
  ++item.attempts;
  const auto now = clock_.systemNow();
  if (again == Again::kNo || item.attempts > options_.retries) {
    item.state = State::kFailed;
    item.next_try = now;
  } else {
    item.state = State::kQueued;
    const auto doublings = std::min(item.attempts - 1, kMostDoublings);
    item.next_try =
        now + std::min<std::chrono::milliseconds>(
                  options_.retry_delay * (std::int64_t{1} << doublings), options_.longest_delay);
  }
  if (auto saved = save(item); !saved)
    log::warn("prefetch_queue_not_written", {{"error", saved.error().message}});
}

void PrefetchQueue::dropOldFailures() {
  const auto oldest = clock_.systemNow() - options_.failed_kept;
  std::vector<std::string> old;
  for (const auto& [id, item] : items_)
    if (item.state == State::kFailed && item.next_try < oldest) old.push_back(id);
  for (const auto& id : old) forget(id);
}

void PrefetchQueue::onAdded(std::function<void()> added) {
  MutexLock lock(mutex_);
  added_ = std::move(added);
}

}  // namespace glint::proxy
