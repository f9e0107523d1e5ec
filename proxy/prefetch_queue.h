// What is to be prefetched, in order: by priority, then by age. Survives restarts.
//
// An image is in it once. A fetch that fails is tried again later, more and more seldom; one that
// cannot succeed, or failed too often, stays in the list as failed until it is asked for again, or
// removed, or old.
//
// Threads: any; what changes the queue blocks on disk.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "image/record.h"

namespace glint::cache {
class RecordTable;
}

namespace glint::proxy {

// Asked for through the API: before whatever a policy wants by default.
inline constexpr std::int32_t kRequestedPriority = 100;

struct PrefetchItem {
  enum class State : std::uint8_t { kQueued, kRunning, kFailed };
  image::ImageId image{};
  std::int32_t priority = 0;  // higher ones first
  std::string reason{};       // "request", or the policy's name
  State state = State::kQueued;
  std::uint32_t attempts = 0;  // that failed
  std::string last_error{};
  std::chrono::system_clock::time_point queued_at{};
  std::chrono::system_clock::time_point next_try{};  // not before
};

struct PrefetchDone {
  image::ImageId image{};
  std::string reason{};
  std::uint64_t bytes = 0;
  std::chrono::system_clock::time_point at{};
  std::chrono::milliseconds duration{};
};

class PrefetchQueue {
 public:
  struct Options {
    std::uint32_t retries = 8;
    std::chrono::milliseconds retry_delay{5'000};  // doubled each time, up to longest_delay
    std::chrono::milliseconds longest_delay{600'000};
    std::chrono::hours failed_kept{24};
    std::size_t max_items = 10'000;
  };

  // Reads what was queued before. Errors: those of RecordTable::open().
  static Result<std::unique_ptr<PrefetchQueue>> open(const std::string& dir, const Options& options,
                                                     const Clock& clock = Clock::real());
  ~PrefetchQueue();

  // An image that is queued already keeps the higher priority; a failed one starts over.
  // Errors: kTooLarge (the queue is full), kInternal (disk).
  Status add(const image::ImageId& image, std::int32_t priority, const std::string& reason);
  // False: it was not there. One that runs is forgotten; its fetch goes on.
  bool remove(const image::ImageId& image);
  void clear();

  bool contains(const image::ImageId& image) const;  // queued or running
  std::vector<PrefetchItem> list() const;            // in order; failed ones last
  std::vector<PrefetchDone> recent() const;          // the latest last

  // The fetcher's side: the first that is due, now running.
  std::optional<PrefetchItem> take();
  // Until the next is due; nullopt: none is queued.
  std::optional<std::chrono::milliseconds> untilDue() const;
  void succeeded(const image::ImageId& image, std::uint64_t bytes,
                 std::chrono::milliseconds duration);
  enum class Again : std::uint8_t { kNo, kYes };
  void failed(const image::ImageId& image, const std::string& error, Again again);

  // Called after something was added, on the adder's thread.
  void onAdded(std::function<void()> added);

 private:
  PrefetchQueue(std::unique_ptr<cache::RecordTable> table, const Options& options,
                const Clock& clock);
  void load(const std::string& key, const std::string& value);
  Status save(const PrefetchItem& item) REQUIRES(mutex_);
  void forget(const std::string& image) REQUIRES(mutex_);
  void dropOldFailures() REQUIRES(mutex_);

  const std::unique_ptr<cache::RecordTable> table_;
  const Options options_;
  const Clock& clock_;
  mutable Mutex mutex_;
  std::map<std::string, PrefetchItem> items_ GUARDED_BY(mutex_);
  std::deque<PrefetchDone> recent_ GUARDED_BY(mutex_);
  std::function<void()> added_ GUARDED_BY(mutex_);
};

const char* toString(PrefetchItem::State state);

}  // namespace glint::proxy
