#include "http/body_pipe.h"

#include <algorithm>
#include <deque>
#include <utility>

namespace glint::http {
namespace {

class Pipe final : public BodyPipe, public std::enable_shared_from_this<Pipe> {
 public:
  explicit Pipe(std::uint64_t limit_bytes) : limit_bytes_(limit_bytes) {}

  Flow onData(Slice slice) override {
    if (closed_ || ended_ || slice.empty()) return Flow::kContinue;
    backlog_bytes_ += slice.size();
    waiting_.push_back(std::move(slice));
    wakeReader();
    paused_ = backlog_bytes_ > limit_bytes_;
    return paused_ ? Flow::kPause : Flow::kContinue;
  }

  void onEnd() override { finish(Pulled::State::kEnd); }
  void onAbort(const Error&) override { finish(Pulled::State::kAbort); }

  // What arrived before an abort is still handed out: it is good, and a client may go on from it.
  Pulled pull(std::uint64_t max_bytes) override {
    const auto self = shared_from_this();  // resume_ may drop the last outside reference
    if (closed_) return {Pulled::State::kAbort, {}};
    if (waiting_.empty()) {
      reader_waits_ = !ended_;
      return {ended_ ? outcome_ : Pulled::State::kWait, {}};
    }
    Slice& front = waiting_.front();
    const auto length = static_cast<std::size_t>(
        std::min<std::uint64_t>(front.size(), std::max(max_bytes, kOneByte)));
    Slice chunk = front.part(0, length);
    if (length == front.size()) {
      waiting_.pop_front();
    } else {
      front = front.part(length, front.size() - length);
    }
    backlog_bytes_ -= length;
    resumeWriter();
    return {Pulled::State::kReady, std::move(chunk)};
  }

  void setWake(std::function<void()> wake) override { wake_ = std::move(wake); }
  void setResume(std::function<void()> resume) override { resume_ = std::move(resume); }

  void closeSource() override {
    if (closed_) return;
    closed_ = true;
    wake_ = nullptr;
    waiting_.clear();
    backlog_bytes_ = 0;
    const auto self = shared_from_this();
    resumeWriter();
  }

 private:
  void finish(Pulled::State outcome) {
    if (ended_) return;
    ended_ = true;
    outcome_ = outcome;
    wakeReader();
  }

  void wakeReader() {
    if (!reader_waits_ || !wake_) return;
    const auto self = shared_from_this();
    const auto wake = wake_;  // it may pull, and close
    reader_waits_ = false;
    wake();
  }

  void resumeWriter() {
    if (!paused_ || backlog_bytes_ >= std::max(limit_bytes_ / 2, kOneByte) || !resume_) return;
    const auto resume = resume_;
    paused_ = false;
    resume();
  }

  static constexpr std::uint64_t kOneByte = 1;

  const std::uint64_t limit_bytes_;
  std::deque<Slice> waiting_;
  std::uint64_t backlog_bytes_ = 0;
  bool paused_ = false;        // onData() answered kPause
  bool reader_waits_ = false;  // pull() answered kWait
  bool ended_ = false;
  bool closed_ = false;
  Pulled::State outcome_ = Pulled::State::kEnd;
  std::function<void()> wake_;
  std::function<void()> resume_;
};

}  // namespace

std::shared_ptr<BodyPipe> BodyPipe::create(std::uint64_t limit_bytes) {
  return std::make_shared<Pipe>(limit_bytes);
}

}  // namespace glint::http
