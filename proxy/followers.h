// Who waits for the progress of a fill, on whichever loop; wakes each loop at most once until it
// has looked.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <vector>

#include "base/mutex.h"

namespace glint::net {
class EventLoop;
}

namespace glint::proxy {

class Followers {
 public:
  using Wake = std::function<void()>;

  // A follower's place; leaving is destroying it, on the loop it joined on.
  class Place {
   public:
    virtual ~Place() = default;
  };

  // On `loop`'s thread. `wake` runs on that loop after each wakeAll(), perhaps once for several.
  std::unique_ptr<Place> join(net::EventLoop& loop, Wake wake);

  static constexpr std::chrono::milliseconds kPace{4};
  enum class Urgency : std::uint8_t { kNow, kPaced };

  // Any thread. kPaced: at once, unless the loop's followers were woken within kPace; then after
  // it.
  void wakeAll(Urgency urgency = Urgency::kNow);
  std::size_t count() const { return count_->load(std::memory_order_relaxed); }

 private:
  struct Bell;
  class BellPlace;

  std::shared_ptr<std::atomic<std::size_t>> count_ = std::make_shared<std::atomic<std::size_t>>(0);
  Mutex mutex_;
  std::vector<std::shared_ptr<Bell>> bells_ GUARDED_BY(mutex_);
};

}  // namespace glint::proxy
