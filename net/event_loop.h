// One thread's event loop over libevent.
//
// Threads: everything but post() and stop() is called on the loop's own thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "base/result.h"

struct event_base;

namespace glint::net {

class EventLoop {
 public:
  using Task = std::function<void()>;

  // A pending timer; destroying it cancels it. Must be destroyed on the loop thread.
  class Timer {
   public:
    virtual ~Timer() = default;
  };
  using TimerPtr = std::unique_ptr<Timer>;

  static Result<std::unique_ptr<EventLoop>> create();
  virtual ~EventLoop() = default;

  virtual void run() = 0;            // until stop(); this thread becomes the loop thread
  virtual void stop() = 0;           // any thread
  virtual void post(Task task) = 0;  // any thread; tasks run in order, after the current callback
  virtual bool onLoopThread() const = 0;
  virtual TimerPtr runAfter(std::chrono::milliseconds delay, Task task) = 0;
  virtual TimerPtr runEvery(std::chrono::milliseconds period, Task task) = 0;

  virtual event_base* native() = 0;  // for net/ only
};

}  // namespace glint::net
