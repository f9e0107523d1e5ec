#include "net/worker_pool.h"

#include <algorithm>
#include <deque>
#include <exception>
#include <thread>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/mutex.h"

namespace glint::net {
namespace {

class ThreadedWorkerPool : public WorkerPool {
 public:
  explicit ThreadedWorkerPool(const WorkerPoolOptions& options) : options_(options) {
    const std::size_t count = std::max<std::size_t>(options.threads, 1);
    threads_.reserve(count);
    for (std::size_t i = 0; i < count; ++i) threads_.emplace_back([this] { work(); });
  }

  ~ThreadedWorkerPool() override {
    {
      MutexLock lock(mutex_);
      closing_ = true;
    }
    available_.notifyAll();
    for (std::thread& thread : threads_) thread.join();
  }

  bool trySubmit(Job job) override {
    {
      MutexLock lock(mutex_);
      if (closing_ || jobs_.size() >= options_.queue_limit) return false;
      jobs_.push_back(std::move(job));
    }
    available_.notifyOne();
    return true;
  }

  std::size_t depth() const override {
    MutexLock lock(mutex_);
    return jobs_.size();
  }

 private:
  void work() {
    while (auto job = next()) run(job);
  }

  // Empty: the pool closes and nothing is left.
  Job next() {
    MutexLock lock(mutex_);
    while (jobs_.empty()) {
      if (closing_) return {};
      available_.wait(mutex_);
    }
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    return job;
  }

  // One of the places where an exception is stopped (style: "Where exceptions stop").
  void run(const Job& job) noexcept {
    try {
      job();
      return;
    } catch (const std::exception& problem) {
      log::error("unexpected_exception", {{"where", "worker job"}, {"error", problem.what()}});
    } catch (...) {
      log::error("unexpected_exception", {{"where", "worker job"}});
    }
    if (options_.on_exception) options_.on_exception();
  }

  const WorkerPoolOptions options_;
  mutable Mutex mutex_;
  CondVar available_;
  std::deque<Job> jobs_ GUARDED_BY(mutex_);
  bool closing_ GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace

std::unique_ptr<WorkerPool> WorkerPool::create(const WorkerPoolOptions& options) {
  return std::make_unique<ThreadedWorkerPool>(options);
}

}  // namespace glint::net
