// A bounded pool of threads for blocking work (database, disk).
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace glint::net {

struct WorkerPoolOptions {
  std::size_t threads = 16;
  std::size_t queue_limit = 1024;           // jobs waiting
  std::function<void()> on_exception = {};  // counts exceptions that a job let through; any thread
};

// Threads: trySubmit() and depth() from any. The destructor finishes queued jobs and joins. A job's
// exception ends there: it is logged and counted.
class WorkerPool {
 public:
  using Job = std::function<void()>;
  static std::unique_ptr<WorkerPool> create(const WorkerPoolOptions& options);
  virtual ~WorkerPool() = default;
  virtual bool trySubmit(Job job) = 0;    // false: the queue is full, answer 503
  virtual std::size_t depth() const = 0;  // jobs waiting
};

}  // namespace glint::net
