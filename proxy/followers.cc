#include "proxy/followers.h"

#include <algorithm>
#include <utility>

#include "net/event_loop.h"

namespace glint::proxy {

// The followers of one loop. Shared: a posted ring may outlive the fill, a place may outlive both.
struct Followers::Bell : std::enable_shared_from_this<Followers::Bell> {
  struct Waiting {
    Wake wake;
    bool gone = false;
  };

  explicit Bell(net::EventLoop& bell_loop) : loop(bell_loop) {}

  void ring(Urgency urgency) {
    if (urgency == Urgency::kNow) urgent = true;
    if (rung.exchange(true)) return;
    loop.post([self = shared_from_this()] { self->answer(); });
  }

  // On the loop, as the rest.
  void answer() {
    rung = false;  // before looking: what is published from now on rings again
    if (urgent.exchange(false)) return wakeNow();
    const auto now = std::chrono::steady_clock::now();
    if (now >= paced) {
      paced = now + kPace;
      return wakeNow();
    }
    if (pacer || waiting.empty()) return;
    const auto rest = std::chrono::ceil<std::chrono::milliseconds>(paced - now);
    pacer = loop.runAfter(rest, [self = shared_from_this()] {
      self->pacer.reset();
      self->paced = std::chrono::steady_clock::now() + kPace;
      self->wakeNow();
    });
  }

  void wakeNow() {
    // A copy: waking one follower may end it or others, and let new ones join.
    const std::vector<std::shared_ptr<Waiting>> now = waiting;
    for (const auto& follower : now) {
      if (!follower->gone) follower->wake();
    }
  }

  void leave(const std::shared_ptr<Waiting>& follower) {
    follower->gone = true;
    std::erase(waiting, follower);
    if (waiting.empty()) pacer.reset();  // a timer must end on its loop
  }

  net::EventLoop& loop;
  std::atomic<bool> rung{false};
  std::atomic<bool> urgent{false};
  std::chrono::steady_clock::time_point paced{};  // progress wakes not before
  net::EventLoop::TimerPtr pacer;
  std::vector<std::shared_ptr<Waiting>> waiting;  // only on the loop
};

class Followers::BellPlace : public Followers::Place {
 public:
  BellPlace(std::shared_ptr<Bell> bell, std::shared_ptr<Bell::Waiting> waiting,
            std::shared_ptr<std::atomic<std::size_t>> count)
      : bell_(std::move(bell)), waiting_(std::move(waiting)), count_(std::move(count)) {
    ++*count_;
  }
  ~BellPlace() override {
    bell_->leave(waiting_);
    --*count_;
  }

 private:
  std::shared_ptr<Bell> bell_;
  std::shared_ptr<Bell::Waiting> waiting_;
  std::shared_ptr<std::atomic<std::size_t>> count_;
};

std::unique_ptr<Followers::Place> Followers::join(net::EventLoop& loop, Wake wake) {
  std::shared_ptr<Bell> bell;
  {
    MutexLock lock(mutex_);
    const auto found = std::find_if(bells_.begin(), bells_.end(),
                                    [&](const auto& known) { return &known->loop == &loop; });
    if (found != bells_.end()) {
      bell = *found;
    } else {
      bell = std::make_shared<Bell>(loop);
      bells_.push_back(bell);
    }
  }
  auto waiting = std::make_shared<Bell::Waiting>();
  waiting->wake = std::move(wake);
  bell->waiting.push_back(waiting);
  return std::make_unique<BellPlace>(std::move(bell), std::move(waiting), count_);
}

void Followers::wakeAll(Urgency urgency) {
  MutexLock lock(mutex_);
  for (const auto& bell : bells_) bell->ring(urgency);
}

}  // namespace glint::proxy
