// Drives one fill on the loop of the client that caused it, whoever goes away: one upstream
// transfer, resumed when it breaks, whose bytes go to disk (worker pool) and to the digest (a
// thread of its own), and at the end the verdict.
//
// Threads: the loop. The writer and the digest report through `Progress`.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "http/body.h"
#include "metrics/edge_metrics.h"
#include "net/client.h"
#include "net/event_loop.h"
#include "proxy/context.h"
#include "proxy/fill.h"
#include "proxy/held_transfer.h"

namespace glint::cache {
class PendingContent;
}

namespace glint::proxy {

class FillWriter;

struct FillOptions {
  std::uint64_t buffer_bytes = 8u << 20;      // received, but not yet written or hashed
  std::uint32_t retries = 6;                  // breaks in a row without progress
  std::chrono::milliseconds retry_delay{50};  // doubled each time
};

class FillJob : public LoopJob, public std::enable_shared_from_this<FillJob> {
 public:
  struct Plan {
    FillPtr fill;
    DataRequest request;                 // whose token is used, also for resumption
    std::unique_ptr<HeldTransfer> held;  // a transfer of the whole image that waits; may be empty
  };
  FillJob(LoopContext& context, Plan plan);
  ~FillJob() override;

  void start();
  void abandon() override;  // the fill fails

 private:
  class Attempt;
  struct Progress;
  friend class Attempt;

  void reserve();
  void reserved(Result<std::unique_ptr<cache::PendingContent>> result);
  void storedMeanwhile(const Error& error);
  void openDigest();
  void connect();
  void adoptHeld();

  // From the transfer.
  void answered(UpstreamAnswer answer);
  bool headFits(const http::ResponseHead& head);  // false: the answer is to be collected
  http::Flow dataArrived(Slice slice);
  void transferEnded();
  void transferBroke(const Error& error);

  void look();  // what did the writer and the digest do?
  void commitWhenReady();
  void commit();
  void makeDurable(bool published);
  void failFill(FillFailure failure, metrics::FillResult result);
  void release();
  bool over() const { return over_; }
  void ended(metrics::FillResult result);
  void finishJob();

  bool crowded(std::uint64_t limit) const;
  void submit(std::function<void()> job);  // to the workers, now or as soon as they take it
  void retrySubmit();
  std::string what() const;

  LoopContext& context_;
  const FillPtr fill_;  // shared with its followers
  DataRequest request_;
  std::unique_ptr<HeldTransfer> held_;
  std::shared_ptr<Progress> progress_;  // shared with the writer and the digest

  std::shared_ptr<cache::PendingContent> pending_;  // shared with the writer and with worker jobs
  std::shared_ptr<FillWriter> writer_;              // shared with its worker job
  std::unique_ptr<DigestPipeline> digest_;
  std::shared_ptr<Attempt> attempt_;  // shared with the client
  std::unique_ptr<net::Transfer> transfer_;
  bool paused_ = false;

  std::uint64_t received_ = 0;
  std::uint64_t skip_ = 0;  // bytes of this attempt that came before
  std::uint32_t breaks_ = 0;
  std::uint64_t broke_at_ = 0;
  std::optional<std::string> digest_hex_;
  net::EventLoop::TimerPtr backoff_;
  net::EventLoop::TimerPtr submit_timer_;
  std::vector<std::function<void()>> unsubmitted_;
  bool over_ = false;
  const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace glint::proxy
