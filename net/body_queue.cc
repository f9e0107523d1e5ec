#include "net/body_queue.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>

#include "base/mutex.h"

namespace glint::net {
namespace {

class LockedBodyQueue : public BodyQueue {
 public:
  LockedBodyQueue(std::uint64_t limit_bytes, std::function<void()> resume)
      : limit_bytes_(std::max<std::uint64_t>(limit_bytes, 1)), resume_(std::move(resume)) {}

  http::Flow onData(Slice slice) override {
    {
      MutexLock lock(mutex_);
      if (closed_ || slice.empty()) return http::Flow::kContinue;
      waiting_bytes_ += slice.size();
      slices_.push_back(std::move(slice));
      paused_ = waiting_bytes_ >= limit_bytes_;
      if (paused_) {
        readable_.notifyOne();
        return http::Flow::kPause;
      }
    }
    readable_.notifyOne();
    return http::Flow::kContinue;
  }

  void onEnd() override {
    MutexLock lock(mutex_);
    ended_ = true;
    readable_.notifyOne();
  }

  // What waits is worthless without the rest: the reader learns of it at once.
  void onAbort(const Error& error) override {
    std::deque<Slice> dropped;
    MutexLock lock(mutex_);
    if (ended_ || failure_) return;
    failure_ = error;
    dropped.swap(slices_);
    waiting_bytes_ = 0;
    readable_.notifyOne();
  }

  Result<Slice> read() override {
    Slice slice;
    bool resume = false;
    {
      MutexLock lock(mutex_);
      while (slices_.empty() && !ended_ && !failure_ && !closed_) readable_.wait(mutex_);
      if (failure_) return tl::unexpected<Error>(*failure_);
      if (closed_) return fail(ErrorCode::kCancelled, "read body: the queue is closed");
      if (slices_.empty()) return Slice();
      slice = std::move(slices_.front());
      slices_.pop_front();
      waiting_bytes_ -= slice.size();
      resume = paused_ && waiting_bytes_ < (limit_bytes_ + 1) / 2;
      if (resume) paused_ = false;
    }
    if (resume) resume_();
    return slice;
  }

  void close() override {
    std::deque<Slice> dropped;
    bool resume = false;
    {
      MutexLock lock(mutex_);
      closed_ = true;
      dropped.swap(slices_);
      waiting_bytes_ = 0;
      resume = std::exchange(paused_, false);
      readable_.notifyOne();
    }
    if (resume) resume_();
  }

  std::uint64_t waitingBytes() const override {
    MutexLock lock(mutex_);
    return waiting_bytes_;
  }

 private:
  const std::uint64_t limit_bytes_;
  const std::function<void()> resume_;
  mutable Mutex mutex_;
  CondVar readable_;
  std::deque<Slice> slices_ GUARDED_BY(mutex_);
  std::uint64_t waiting_bytes_ GUARDED_BY(mutex_) = 0;
  bool paused_ GUARDED_BY(mutex_) = false;
  bool ended_ GUARDED_BY(mutex_) = false;
  bool closed_ GUARDED_BY(mutex_) = false;
  std::optional<Error> failure_ GUARDED_BY(mutex_);
};

}  // namespace

std::shared_ptr<BodyQueue> BodyQueue::create(std::uint64_t limit_bytes,
                                             std::function<void()> resume) {
  return std::make_shared<LockedBodyQueue>(limit_bytes, std::move(resume));
}

}  // namespace glint::net
