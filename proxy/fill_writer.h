// Writes a fill's bytes to the store on the worker pool: in order, one job at a time.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>

#include "base/mutex.h"
#include "base/result.h"
#include "base/slice.h"

namespace glint::cache {
class PendingContent;
}
namespace glint::net {
class WorkerPool;
}

namespace glint::proxy {

// Threads: push() and kick() by one caller at a time, any thread. The callbacks run on a worker.
class FillWriter : public std::enable_shared_from_this<FillWriter> {
 public:
  struct Callbacks {
    std::function<void(std::uint64_t end)> on_written;  // everything before `end` is in the file
    std::function<void(const Error&)> on_failed;        // nothing is written any more
  };
  FillWriter(net::WorkerPool& workers, std::shared_ptr<cache::PendingContent> content,
             Callbacks callbacks);

  void push(std::uint64_t offset, Slice slice);
  // True when the pool refused the job: call kick() a little later.
  bool waitsForWorker() const { return refused_.load(); }
  void kick();
  std::uint64_t pendingBytes() const { return pending_bytes_.load(std::memory_order_relaxed); }
  // Drops what is queued; no callback begins after the one that may be running.
  void stop();

 private:
  struct Piece {
    std::uint64_t offset;
    Slice slice;
  };
  void schedule();
  void run();

  net::WorkerPool& workers_;
  const std::shared_ptr<cache::PendingContent> content_;  // shared with the fill's driver
  const Callbacks callbacks_;
  std::atomic<std::uint64_t> pending_bytes_{0};
  std::atomic<bool> refused_{false};
  Mutex mutex_;
  std::deque<Piece> queue_ GUARDED_BY(mutex_);
  bool running_ GUARDED_BY(mutex_) = false;
  bool stopped_ GUARDED_BY(mutex_) = false;
};

}  // namespace glint::proxy
