#include "proxy/fill_job.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/log.h"
#include "cache/content_store.h"
#include "http/range.h"
#include "net/worker_pool.h"
#include "proxy/fill_writer.h"
#include "proxy/fills.h"
#include "proxy/upstream.h"
#include "proxy/upstream_call.h"

namespace glint::proxy {
namespace {

using namespace std::chrono_literals;
using Result = metrics::FillResult;

constexpr std::uint64_t kProgressBytes = 1u << 20;  // this much resets the count of breaks
constexpr auto kLongestDelay = 2000ms;
constexpr auto kSubmitDelay = 5ms;

bool isTransient(int status) { return status >= 500 || status == 408 || status == 429; }

}  // namespace

// What happens on other threads, collected until the loop looks.
struct FillJob::Progress {
  Progress(net::EventLoop& job_loop, std::weak_ptr<FillJob> owner, FillPtr followed)
      : loop(job_loop), job(std::move(owner)), fill(std::move(followed)) {}

  static void poke(const std::shared_ptr<Progress>& self) {
    if (self->posted.exchange(true)) return;
    self->loop.post([self] {
      self->posted = false;
      if (const auto driver = self->job.lock()) driver->look();
    });
  }

  net::EventLoop& loop;
  const std::weak_ptr<FillJob> job;  // may be gone; dereferenced on the loop only
  const FillPtr fill;
  std::atomic<bool> posted{false};
  Mutex mutex;
  std::optional<Error> write_error GUARDED_BY(mutex);
};

// One transfer's events; deaf once the job has let go of it.
class FillJob::Attempt : public net::ResponseSink {
 public:
  // `call` is empty for an adopted transfer, which counts itself.
  Attempt(FillJob& job, std::optional<UpstreamCall> call) : job_(&job), call_(call) {}
  void letGo() { job_ = nullptr; }

  void onHead(http::ResponseHead head) override {
    if (call_) call_->answered(head.status);
    if (!job_) return;
    const auto keep = job_->shared_from_this();
    if (!job_->headFits(head)) answer_ = UpstreamAnswer{head.status, std::move(head.headers), {}};
  }
  http::Flow onData(Slice slice) override {
    if (call_) call_->received(slice.size());
    if (!job_) return http::Flow::kContinue;
    const auto keep = job_->shared_from_this();
    if (!answer_) return job_->dataArrived(std::move(slice));
    answer_->body.append(slice.text().substr(0, kAnswerLimitBytes - answer_->body.size()));
    return http::Flow::kContinue;
  }
  void onEnd() override {
    if (!job_) return;
    const auto keep = job_->shared_from_this();
    answer_ ? job_->answered(std::move(*answer_)) : job_->transferEnded();
  }
  void onAbort(const Error& error) override {
    if (call_) call_->failed(error);
    if (!job_) return;
    const auto keep = job_->shared_from_this();
    job_->transferBroke(error);
  }

 private:
  FillJob* job_;
  std::optional<UpstreamCall> call_;
  std::optional<UpstreamAnswer> answer_;
};

FillJob::FillJob(LoopContext& context, Plan plan)
    : context_(context),
      fill_(std::move(plan.fill)),
      request_(std::move(plan.request)),
      held_(std::move(plan.held)) {}

FillJob::~FillJob() {
  if (attempt_) attempt_->letGo();
}

std::string FillJob::what() const {
  return "fill of image " + fill_->image().value + " (" + fill_->digest().text().substr(0, 24) +
         ")";
}

void FillJob::start() {
  progress_ = std::make_shared<Progress>(context_.loop, weak_from_this(), fill_);
  context_.edge.metrics.fillStarted();
  if (!held_ && !context_.edge.upstream.reachable()) {
    return failFill({FillFailure::Kind::kUpstream,
                     {ErrorCode::kUpstream, what() + ": the upstream is unreachable"},
                     {}},
                    Result::kUpstream);
  }
  reserve();
}

void FillJob::reserve() {
  submit([progress = progress_, &store = context_.edge.store] {
    // Shared: a task is copyable.
    auto result = std::make_shared<glint::Result<std::unique_ptr<cache::PendingContent>>>(
        store.begin(progress->fill->digest(), progress->fill->size()));
    progress->loop.post([progress, result] {
      if (const auto job = progress->job.lock()) job->reserved(std::move(*result));
    });
  });
}

void FillJob::reserved(glint::Result<std::unique_ptr<cache::PendingContent>> result) {
  if (over()) return;
  if (!result) return storedMeanwhile(result.error());
  pending_ = std::move(*result);
  writer_ = std::make_shared<FillWriter>(
      context_.edge.workers, pending_,
      FillWriter::Callbacks{.on_written =
                                [progress = progress_](std::uint64_t end) {
                                  progress->fill->publish(end);
                                  Progress::poke(progress);
                                },
                            .on_failed =
                                [progress = progress_](const Error& error) {
                                  {
                                    MutexLock lock(progress->mutex);
                                    progress->write_error = error;
                                  }
                                  Progress::poke(progress);
                                }});
  openDigest();
  if (over()) return;
  fill_->move(FillState::kConnecting);
  held_ ? adoptHeld() : connect();
}

void FillJob::storedMeanwhile(const Error& error) {
  const auto content = error.code == ErrorCode::kConflict
                           ? context_.edge.store.find(fill_->digest())
                           : cache::ContentPtr();
  if (!content) return failFill({FillFailure::Kind::kStore, error, {}}, Result::kDisk);
  fill_->begin(content->file());
  fill_->publish(fill_->size());
  fill_->move(FillState::kCommitted);
  context_.edge.fills.remove(*fill_);
  ended(Result::kStored);
  finishJob();
}

void FillJob::openDigest() {
  auto digest = DigestPipeline::create({fill_->digest().algorithm},
                                       [progress = progress_] { Progress::poke(progress); });
  if (!digest) return failFill({FillFailure::Kind::kStore, digest.error(), {}}, Result::kDisk);
  digest_ = std::move(*digest);
}

void FillJob::adoptHeld() {
  attempt_ = std::make_shared<Attempt>(*this, std::nullopt);
  transfer_ = held_->take();
  HeldTransfer::deliver(std::exchange(held_, {}), *transfer_, attempt_);
}

void FillJob::connect() {
  const auto range = received_ == 0 ? std::string() : "bytes=" + std::to_string(received_) + "-";
  attempt_ = std::make_shared<Attempt>(
      *this, UpstreamCall(context_.edge.metrics, UpstreamCall::Kind::kFill));
  transfer_ =
      context_.client.start(makeDataRequest(context_.edge.upstream, request_, range), attempt_);
}

bool FillJob::headFits(const http::ResponseHead& head) {
  const std::uint64_t size = fill_->size();
  skip_ = 0;
  std::uint64_t expected = size - received_;
  if (head.status == 200) {
    skip_ = received_;  // ranges are not understood there: the same bytes come again
    expected = size;
  } else if (head.status == 206 && received_ > 0) {
    const auto given = http::parseContentRange(head.headers.get("content-range").value_or(""));
    if (!given || !given->range || given->range->offset != received_ ||
        given->size.value_or(size) != size) {
      failFill({FillFailure::Kind::kContent,
                {ErrorCode::kUpstream, what() + ": resumed with another range than asked for"},
                {}},
               Result::kMismatch);
      return true;
    }
  } else {
    return false;
  }
  if (head.content_length.value_or(expected) != expected) {
    failFill({FillFailure::Kind::kContent,
              {ErrorCode::kUpstream,
               what() + ": the upstream announces " + std::to_string(*head.content_length) +
                   " bytes where its record says " + std::to_string(expected)},
              {}},
             Result::kMismatch);
    return true;
  }
  fill_->move(FillState::kReceiving);
  if (!fill_->view().answered) fill_->begin(pending_->file());
  return true;
}

http::Flow FillJob::dataArrived(Slice slice) {
  if (over()) return http::Flow::kContinue;
  if (skip_ > 0) {
    const auto skipped = std::min<std::uint64_t>(skip_, slice.size());
    skip_ -= skipped;
    if (skipped == slice.size()) return http::Flow::kContinue;
    slice = slice.part(static_cast<std::size_t>(skipped), slice.size());
  }
  if (slice.size() > fill_->size() - received_) {
    failFill({FillFailure::Kind::kContent,
              {ErrorCode::kUpstream, what() + ": the upstream sends more than its record says"},
              {}},
             Result::kMismatch);
    return http::Flow::kContinue;
  }
  // After the first piece the loop gets a breath: its clients are waiting for just this one, and a
  // fast upstream would keep it busy with the next megabytes.
  const bool first = received_ == 0;
  writer_->push(received_, slice);
  digest_->feed(slice);
  received_ += slice.size();
  if (writer_->waitsForWorker()) retrySubmit();
  paused_ = first || crowded(context_.edge.fills.options().buffer_bytes);
  return paused_ ? http::Flow::kPause : http::Flow::kContinue;
}

bool FillJob::crowded(std::uint64_t limit) const {
  return writer_->pendingBytes() > limit || digest_->pendingBytes() > limit;
}

void FillJob::answered(UpstreamAnswer answer) {
  const Error error{ErrorCode::kUpstream,
                    what() + ": the upstream answered " + std::to_string(answer.status)};
  if (fill_->view().answered && isTransient(answer.status)) return transferBroke(error);
  failFill({FillFailure::Kind::kAnswered, error, std::move(answer)}, Result::kUpstream);
}

void FillJob::transferEnded() {
  if (over()) return;
  if (received_ < fill_->size()) {
    return transferBroke({ErrorCode::kUpstream, "the body ended short"});
  }
  transfer_.reset();
  fill_->move(FillState::kVerifying);
  digest_->finishAsync([progress = progress_](std::vector<std::string> hex) {
    progress->loop.post([progress, hex = std::move(hex)] {
      const auto job = progress->job.lock();
      if (!job || job->over()) return;
      job->digest_hex_ = hex.front();
      job->commitWhenReady();
    });
  });
}

void FillJob::transferBroke(const Error& error) {
  if (over()) return;
  const Fill::View view = fill_->view();
  // All bytes came, the end did not: the digest decides.
  if (view.state == FillState::kReceiving && received_ == fill_->size()) return transferEnded();
  attempt_->letGo();
  transfer_.reset();
  context_.edge.upstream.suspect(error);
  if (received_ - broke_at_ >= kProgressBytes) breaks_ = 0;
  broke_at_ = received_;
  if (!view.answered || ++breaks_ > context_.edge.fills.options().retries) {
    return failFill({FillFailure::Kind::kUpstream, error, {}}, Result::kUpstream);
  }
  context_.edge.metrics.fillResumed();
  log::warn("fill_resumes", {{"request_id", request_.request_id},
                             {"image_id", fill_->image().value},
                             {"bytes", received_},
                             {"attempt", breaks_},
                             {"error", error.message}});
  fill_->move(FillState::kResuming);
  const auto delay = std::min<std::chrono::milliseconds>(
      context_.edge.fills.options().retry_delay * (1u << std::min(breaks_ - 1, 10u)),
      kLongestDelay);
  backoff_ = context_.loop.runAfter(delay, [weak = weak_from_this()] {
    const auto job = weak.lock();
    if (!job || job->over()) return;
    job->fill_->move(FillState::kConnecting);
    job->connect();
  });
}

void FillJob::look() {
  if (over() || !writer_) return;
  std::optional<Error> write_error;
  {
    MutexLock lock(progress_->mutex);
    write_error = progress_->write_error;
  }
  if (write_error) {
    context_.edge.metrics.storeWriteFailed(write_error->code);
    return failFill({FillFailure::Kind::kStore, *write_error, {}}, Result::kDisk);
  }
  if (digest_hex_) return commitWhenReady();
  if (paused_ && transfer_ && !crowded(context_.edge.fills.options().buffer_bytes / 2)) {
    paused_ = false;
    transfer_->resume();
  }
}

void FillJob::commitWhenReady() {
  if (isOver(fill_->view().state) || writer_->pendingBytes() > 0) return;
  if (*digest_hex_ == fill_->digest().hex) return commit();
  context_.edge.metrics.verificationFailed(metrics::VerifiedAt::kFill);
  failFill({FillFailure::Kind::kContent,
            {ErrorCode::kCorrupt, what() + ": the bytes have the digest " +
                                      fill_->digest().algorithm + ":" + *digest_hex_},
            {}},
           Result::kMismatch);
}

void FillJob::commit() {
  const auto published = pending_->publish();
  if (!published) {
    log::warn("content_not_kept",
              {{"image_id", fill_->image().value}, {"error", published.error().message}});
  }
  fill_->move(FillState::kCommitted);
  context_.edge.fills.remove(*fill_);
  ended(published ? Result::kStored : Result::kNotStored);
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - started_);
  log::info("fill_done", {{"request_id", request_.request_id},
                          {"image_id", fill_->image().value},
                          {"bytes", fill_->size()},
                          {"dur_ms", took.count()}});
  makeDurable(published.has_value());
}

void FillJob::makeDurable(bool published) {
  if (published) {
    submit([pending = pending_, &store = context_.edge.store, fill = fill_] {
      store.setAlias(fill->image().value, fill->digest());
      if (auto status = pending->makeDurable(); !status) {
        log::error("content_not_durable",
                   {{"image_id", fill->image().value}, {"error", status.error().message}});
      }
    });
  }
  finishJob();
}

void FillJob::failFill(FillFailure failure, metrics::FillResult result) {
  if (over()) return;
  // A fill has ended for those who look it up before its followers learn how.
  context_.edge.fills.remove(*fill_);
  ended(result);
  log::warn("fill_failed", {{"request_id", request_.request_id},
                            {"image_id", fill_->image().value},
                            {"upstream", context_.edge.upstream.url()},
                            {"bytes", received_},
                            {"error", failure.error.message}});
  if (failure.kind == FillFailure::Kind::kUpstream) context_.edge.upstream.suspect(failure.error);
  fill_->fail(std::move(failure));
  finishJob();
}

void FillJob::ended(metrics::FillResult result) {
  context_.edge.metrics.fillEnded(result, std::chrono::steady_clock::now() - started_);
}

// Ends the job, except that jobs the workers had no room for are submitted first.
void FillJob::finishJob() {
  if (over_) return;
  over_ = true;
  release();
  if (unsubmitted_.empty()) context_.jobs->over(this);
}

void FillJob::release() {
  if (attempt_) attempt_->letGo();
  if (transfer_) transfer_->cancel();
  held_.reset();
  backoff_.reset();
  if (writer_) writer_->stop();
  // Joining the digest's thread and removing a file may block: not here.
  std::shared_ptr<DigestPipeline> digest = std::move(digest_);
  submit([digest = std::move(digest), writer = std::move(writer_),
          pending = std::move(pending_)]() mutable {
    writer.reset();
    pending.reset();
    digest.reset();
  });
}

void FillJob::abandon() {
  submit_timer_.reset();
  unsubmitted_.clear();
  if (!over()) {
    failFill({FillFailure::Kind::kUpstream, {ErrorCode::kCancelled, "the edge shuts down"}, {}},
             Result::kCancelled);
  }
  submit_timer_.reset();
  transfer_.reset();
}

void FillJob::submit(std::function<void()> job) {
  if (unsubmitted_.empty() && context_.edge.workers.trySubmit(job)) return;
  unsubmitted_.push_back(std::move(job));
  retrySubmit();
}

void FillJob::retrySubmit() {
  if (submit_timer_) return;
  submit_timer_ = context_.loop.runAfter(kSubmitDelay, [weak = weak_from_this()] {
    const auto job = weak.lock();
    if (!job) return;
    job->submit_timer_.reset();
    if (job->writer_) {
      job->writer_->kick();
      if (job->writer_->waitsForWorker()) job->retrySubmit();
    }
    while (!job->unsubmitted_.empty()) {
      if (!job->context_.edge.workers.trySubmit(job->unsubmitted_.front())) {
        return job->retrySubmit();
      }
      job->unsubmitted_.erase(job->unsubmitted_.begin());
    }
    if (job->over()) job->context_.jobs->over(job.get());
  });
}

}  // namespace glint::proxy
