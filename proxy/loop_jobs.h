// What runs on a loop without a client that holds it: fills, and questions to the upstream. The
// registry owns them until they are over, or the loop ends.
//
// Threads: the loop.
#pragma once

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "net/event_loop.h"

namespace glint::proxy {

class LoopJob {
 public:
  virtual ~LoopJob() = default;
  virtual void abandon() = 0;  // the loop ends: let go of transfers and timers now
};

class LoopJobs : public std::enable_shared_from_this<LoopJobs> {
 public:
  explicit LoopJobs(net::EventLoop& loop) : loop_(loop) {}

  void add(std::shared_ptr<LoopJob> job) { jobs_.push_back(std::move(job)); }

  // The job is over. It is let go a little later: it may be in use up the stack.
  void over(const LoopJob* job) {
    loop_.post([weak = weak_from_this(), job] {
      const auto self = weak.lock();
      if (!self) return;
      std::erase_if(self->jobs_, [job](const auto& one) { return one.get() == job; });
    });
  }

  void abandonAll() {
    const auto jobs = std::exchange(jobs_, {});
    for (const auto& job : jobs) job->abandon();
  }

 private:
  net::EventLoop& loop_;
  std::vector<std::shared_ptr<LoopJob>> jobs_;  // shared with callbacks that are on their way
};

}  // namespace glint::proxy
