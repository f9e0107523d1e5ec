#include "net/event_loop.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <thread>
#include <utility>
#include <vector>

#include <event2/event.h>

#include "base/check.h"
#include "base/handle.h"
#include "base/log.h"
#include "base/mutex.h"

namespace glint::net {
namespace {

using BasePtr = UniqueHandle<event_base, event_base_free>;
using EventPtr = UniqueHandle<event, event_free>;

timeval toTimeval(std::chrono::milliseconds span) {
  const auto ms = std::max<std::int64_t>(span.count(), 0);
  return {.tv_sec = ms / 1000, .tv_usec = (ms % 1000) * 1000};
}

// One of the two places where an exception is stopped (style: "Where exceptions stop").
void runGuarded(const EventLoop::Task& task) noexcept {
  try {
    task();
  } catch (const std::exception& problem) {
    log::error("unexpected_exception", {{"where", "loop task"}, {"error", problem.what()}});
  } catch (...) {
    log::error("unexpected_exception", {{"where", "loop task"}});
  }
}

class LibeventTimer : public EventLoop::Timer {
 public:
  LibeventTimer(event_base* base, std::chrono::milliseconds span, bool repeat, EventLoop::Task task)
      : task_(std::move(task)), repeat_(repeat) {
    event_.reset(event_new(base, -1, repeat ? EV_PERSIST : 0, &LibeventTimer::fired, this));
    GLINT_CHECK(event_, "a timer event can be made");
    const timeval interval = toTimeval(span);
    event_add(event_.get(), &interval);
  }

 private:
  static void fired(evutil_socket_t /*fd*/, short /*what*/, void* self) noexcept {
    auto* timer = static_cast<LibeventTimer*>(self);
    // The task may destroy its own timer: run a copy, which outlives it. A one-shot's task is moved
    // out.
    const EventLoop::Task task = timer->repeat_ ? timer->task_ : std::move(timer->task_);
    runGuarded(task);
  }

  EventLoop::Task task_;
  bool repeat_;
  EventPtr event_;
};

class LibeventLoop : public EventLoop {
 public:
  static Result<std::unique_ptr<EventLoop>> make() {
    auto loop = std::make_unique<LibeventLoop>();
    loop->base_.reset(event_base_new());
    if (!loop->base_) return fail(ErrorCode::kInternal, "event loop: no event base");
    loop->wake_fd_ = UniqueFd(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    if (!loop->wake_fd_.valid()) return failErrno("event loop: eventfd", errno);
    loop->wake_event_.reset(event_new(loop->base_.get(), loop->wake_fd_.get(), EV_READ | EV_PERSIST,
                                      &LibeventLoop::woken, loop.get()));
    if (!loop->wake_event_ || event_add(loop->wake_event_.get(), nullptr) != 0) {
      return fail(ErrorCode::kInternal, "event loop: no wake event");
    }
    return loop;
  }

  void run() override {
    thread_.store(std::this_thread::get_id(), std::memory_order_relaxed);
    event_base_loop(base_.get(), EVLOOP_NO_EXIT_ON_EMPTY);
    runPosted();  // what was posted before stop() still runs
    thread_.store({}, std::memory_order_relaxed);
  }

  void stop() override {
    post([this] { event_base_loopbreak(base_.get()); });
  }

  void post(Task task) override {
    bool first = false;
    {
      MutexLock lock(mutex_);
      first = posted_.empty();
      posted_.push_back(std::move(task));
    }
    if (!first) return;
    const std::uint64_t one = 1;
    while (::write(wake_fd_.get(), &one, sizeof one) < 0 && errno == EINTR) {
    }
  }

  bool onLoopThread() const override {
    return thread_.load(std::memory_order_relaxed) == std::this_thread::get_id();
  }

  TimerPtr runAfter(std::chrono::milliseconds delay, Task task) override {
    return std::make_unique<LibeventTimer>(base_.get(), delay, false, std::move(task));
  }

  TimerPtr runEvery(std::chrono::milliseconds period, Task task) override {
    return std::make_unique<LibeventTimer>(base_.get(), period, true, std::move(task));
  }

  event_base* native() override { return base_.get(); }

 private:
  static void woken(evutil_socket_t fd, short /*what*/, void* self) noexcept {
    std::uint64_t count = 0;
    while (::read(fd, &count, sizeof count) < 0 && errno == EINTR) {
    }
    static_cast<LibeventLoop*>(self)->runPosted();
  }

  void runPosted() noexcept {
    std::vector<Task> tasks;
    {
      MutexLock lock(mutex_);
      tasks.swap(posted_);
    }
    for (const Task& task : tasks) runGuarded(task);
  }

  BasePtr base_;
  UniqueFd wake_fd_;
  EventPtr wake_event_;
  std::atomic<std::thread::id> thread_{};
  Mutex mutex_;
  std::vector<Task> posted_ GUARDED_BY(mutex_);
};

}  // namespace

Result<std::unique_ptr<EventLoop>> EventLoop::create() { return LibeventLoop::make(); }

}  // namespace glint::net
