#include <algorithm>
#include <atomic>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "base/check.h"
#include "base/digest.h"
#include "base/mutex.h"

namespace glint {
namespace {

// Input up to this size is hashed by finish() itself (or one thread for finishAsync()): starting
// threads would cost more than the hashing.
constexpr std::uint64_t kInlineBytes = 64 * 1024;

// One digest, or an observer, with the queue of what it has still to read.
class Lane {
 public:
  explicit Lane(Digest digest) : digest_(std::move(digest)) {}
  explicit Lane(DigestPipeline::Observer observer) : observer_(std::move(observer)) {}

  void push(Slice slice) {
    MutexLock lock(mutex_);
    queue_.push_back(std::move(slice));
    changed_.notifyOne();
  }
  void close() {
    MutexLock lock(mutex_);
    closed_ = true;
    changed_.notifyOne();
  }
  void cancel() {
    MutexLock lock(mutex_);
    cancelled_ = true;
    changed_.notifyOne();
  }
  // Takes all that waits; blocks while there is nothing. False: closed and empty, or cancelled.
  bool take(std::deque<Slice>& batch) {
    MutexLock lock(mutex_);
    while (queue_.empty() && !closed_ && !cancelled_) changed_.wait(mutex_);
    if (cancelled_ || queue_.empty()) return false;
    batch.swap(queue_);
    return true;
  }
  bool cancelled() {
    MutexLock lock(mutex_);
    return cancelled_;
  }
  void read(std::span<const std::byte> bytes) {
    digest_ ? digest_->update(bytes) : observer_(bytes);
  }
  void finish() {
    if (digest_) hex = digest_->finishHex();
  }
  bool hasResult() const { return digest_.has_value(); }

  std::atomic<std::uint64_t> consumed{0};  // bytes
  std::string hex;                         // set before the lane counts as finished

 private:
  // Of the lane's thread (or of finish(), when there are no threads).
  std::optional<Digest> digest_;
  DigestPipeline::Observer observer_;  // when there is no digest
  Mutex mutex_;
  CondVar changed_;
  std::deque<Slice> queue_ GUARDED_BY(mutex_);
  bool closed_ GUARDED_BY(mutex_) = false;
  bool cancelled_ GUARDED_BY(mutex_) = false;
};

// Shared by the pipeline and its threads: a callback may destroy the pipeline on a digest thread.
struct State {
  std::deque<Lane> lanes;
  std::function<void()> on_progress;
  std::function<void(std::vector<std::string>)> done;  // set before the lanes are closed

  std::atomic<std::uint64_t> slowest{0};  // bytes all lanes have consumed
  std::atomic<std::size_t> unfinished{0};
  Mutex mutex;
  CondVar progressed;

  std::vector<std::string> results() const {
    std::vector<std::string> hex;
    for (const Lane& lane : lanes) {
      if (lane.hasResult()) hex.push_back(lane.hex);
    }
    return hex;
  }

  void wakeWaiters() {
    MutexLock lock(mutex);
    progressed.notifyAll();
  }

  // After one lane has consumed a slice: did the slowest one advance?
  void noteProgress() {
    std::uint64_t least = UINT64_MAX;
    for (const Lane& lane : lanes) least = std::min(least, lane.consumed.load());
    std::uint64_t before = slowest.load();
    while (before < least && !slowest.compare_exchange_weak(before, least)) {
    }
    if (before >= least) return;
    wakeWaiters();
    if (on_progress) on_progress();
  }

  void finishLane(Lane& lane) {
    lane.finish();
    if (unfinished.fetch_sub(1) != 1) return;
    wakeWaiters();
    if (done) done(results());
  }

  void runLane(Lane& lane) {
    std::deque<Slice> batch;
    while (lane.take(batch)) {
      for (; !batch.empty(); batch.pop_front()) {
        if (lane.cancelled()) return;
        lane.read(batch.front().bytes());
        lane.consumed.fetch_add(batch.front().size());
        noteProgress();
      }
    }
    if (!lane.cancelled()) finishLane(lane);
  }
};

class ThreadedPipeline final : public DigestPipeline {
 public:
  explicit ThreadedPipeline(std::shared_ptr<State> state) : state_(std::move(state)) {}

  ~ThreadedPipeline() override {
    for (Lane& lane : state_->lanes) lane.cancel();
    for (std::thread& thread : threads_) {
      if (thread.get_id() == std::this_thread::get_id())
        thread.detach();  // destroyed by a callback: the thread ends by itself, on the state it
                          // shares
      else
        thread.join();
    }
  }

  void feed(Slice slice) override {
    if (slice.empty()) return;
    fed_ += slice.size();
    if (threads_.empty()) {
      early_.push_back(std::move(slice));
      if (fed_ > kInlineBytes) startThreads();
      return;
    }
    for (Lane& lane : state_->lanes) lane.push(slice);
  }

  std::uint64_t pendingBytes() const override {
    return threads_.empty() ? 0 : fed_ - state_->slowest.load();
  }

  void waitPending(std::uint64_t bytes) override {
    if (threads_.empty() && fed_ > bytes) startThreads();
    MutexLock lock(state_->mutex);
    while (pendingBytes() > bytes) state_->progressed.wait(state_->mutex);
  }

  std::vector<std::string> finish() override {
    if (threads_.empty()) {
      hashEarly(*state_, early_);
      return state_->results();
    }
    for (Lane& lane : state_->lanes) lane.close();
    MutexLock lock(state_->mutex);
    while (state_->unfinished.load() > 0) state_->progressed.wait(state_->mutex);
    return state_->results();
  }

  void finishAsync(std::function<void(std::vector<std::string>)> done) override {
    state_->done = std::move(done);
    if (!threads_.empty()) {
      for (Lane& lane : state_->lanes) lane.close();
      return;
    }
    state_->slowest = fed_;
    threads_.emplace_back([state = state_, early = std::move(early_)]() mutable {
      if (!state->lanes.front().cancelled()) {
        hashEarly(*state, early);
        state->done(state->results());
      }
    });
  }

 private:
  static void hashEarly(State& state, const std::vector<Slice>& early) {
    for (Lane& lane : state.lanes) {
      for (const Slice& slice : early) lane.read(slice.bytes());
      lane.finish();
    }
  }

  void startThreads() {
    for (Lane& lane : state_->lanes) {
      for (const Slice& slice : early_) lane.push(slice);
      threads_.emplace_back([state = state_, &lane] { state->runLane(lane); });
    }
    early_.clear();
  }

  std::shared_ptr<State> state_;
  std::vector<std::thread> threads_;  // none until there is enough to do
  std::vector<Slice> early_;          // what was fed before
  std::uint64_t fed_ = 0;
};

}  // namespace

Result<std::unique_ptr<DigestPipeline>> DigestPipeline::create(std::vector<std::string> algorithms,
                                                               std::function<void()> on_progress,
                                                               Observer observer) {
  GLINT_CHECK(!algorithms.empty(), "a pipeline has an algorithm");
  auto state = std::make_shared<State>();
  for (const std::string& algorithm : algorithms) {
    auto digest = Digest::create(algorithm);
    if (!digest) return tl::unexpected(digest.error());
    state->lanes.emplace_back(std::move(*digest));
  }
  if (observer) state->lanes.emplace_back(std::move(observer));
  state->unfinished = state->lanes.size();
  state->on_progress = std::move(on_progress);
  return std::make_unique<ThreadedPipeline>(std::move(state));
}

}  // namespace glint
