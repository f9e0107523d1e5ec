#include "proxy/upstream_monitor.h"

#include <atomic>
#include <future>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "net/event_loop.h"
#include "proxy/upstream.h"
#include "proxy/upstream_call.h"

namespace glint::proxy {
namespace {

constexpr std::uint64_t kVersionsLimitBytes = 256 * 1024;

// A version document of the Images API lists at least one v2 version (spec: version discovery).
bool isVersionDocument(const net::FetchedResponse& answer) {
  return (answer.head.status == 200 || answer.head.status == 300) &&
         answer.body.find("\"versions\"") != std::string::npos &&
         answer.body.find("\"v2.") != std::string::npos;
}

class Monitor : public UpstreamMonitor {
 public:
  Monitor(Upstream& upstream, std::size_t index, MonitorOptions options,
          metrics::EdgeMetrics& metrics)
      : upstream_(upstream), index_(index), options_(std::move(options)), metrics_(metrics) {}

  ~Monitor() override {
    upstream_.setMonitor({}, index_);
    if (loop_) loop_->stop();
    if (thread_.joinable()) thread_.join();
  }

  Status begin() {
    auto loop = net::EventLoop::create();
    if (!loop) return tl::unexpected(loop.error());
    loop_ = std::move(*loop);
    std::promise<Status> ready;
    auto outcome = ready.get_future();
    thread_ = std::thread([this, &ready] { run(ready); });
    if (auto status = outcome.get(); !status) return status;
    upstream_.setMonitor([this] { requestLook(); }, index_);
    return {};
  }

 private:
  void run(std::promise<Status>& ready) {
    auto client = net::Client::create(*loop_, options_.client);
    if (!client) {
      ready.set_value(tl::unexpected(client.error()));
      return;
    }
    client_ = std::move(*client);
    loop_->post([this] { look(); });
    ready.set_value({});
    loop_->run();
    again_.reset();
    transfer_.reset();
    client_.reset();
  }

  void requestLook() {
    suspected_ = true;
    if (!requested_.exchange(true)) loop_->post([this] { look(); });
  }

  void look() {
    requested_ = false;
    if (looking_) return;
    looking_ = true;
    again_.reset();
    ask("/versions");
  }

  void ask(const char* target) {
    net::ClientRequest request;
    request.url = upstream_.urlAt(index_) + target;
    request.headers.add("Accept", "application/json");
    request.headers.add("User-Agent", "glint-edge");
    request.total_timeout = options_.timeout;
    const bool last = target == std::string_view("/");
    transfer_ = net::fetch(
        *client_, std::move(request), kVersionsLimitBytes,
        [this, last, call = UpstreamCall(metrics_, UpstreamCall::Kind::kHealth)](
            Result<net::FetchedResponse> answer) mutable {
          answer ? call.answered(answer->head.status) : call.failed(answer.error());
          // Not inside the transfer's own callback: it is replaced below.
          loop_->post([this, last, answer = std::move(answer)] { answered(answer, last); });
        });
  }

  void answered(const Result<net::FetchedResponse>& answer, bool last) {
    looking_ = false;
    if (!answer && answer.error().code != ErrorCode::kTooLarge) {
      // Slow once is not away, unless a request has failed too.
      const bool slow = answer.error().code == ErrorCode::kTimeout && !suspected_ && !slow_;
      slow_ = slow;
      if (slow) return look();
      upstream_.setReachable(false, answer.error().message, index_);
      again_ = loop_->runAfter(options_.interval, [this] { look(); });
      return;
    }
    suspected_ = false;
    slow_ = false;
    upstream_.setReachable(true, "answers", index_);
    if (answer && isVersionDocument(*answer)) {
      upstream_.setService(UpstreamService::kImagesApi, "Images API v2", index_);
    } else if (answer && answer->head.status >= 500) {
      again_ = loop_->runAfter(options_.interval, [this] { look(); });
    } else if (!last) {
      looking_ = true;
      ask("/");
    } else {
      upstream_.setService(UpstreamService::kOther,
                           "no version document of the Images API at /versions or /", index_);
      again_ = loop_->runAfter(options_.interval * 10, [this] { look(); });
    }
  }

  Upstream& upstream_;
  const std::size_t index_;  // of the address that is looked at
  const MonitorOptions options_;
  metrics::EdgeMetrics& metrics_;
  std::unique_ptr<net::EventLoop> loop_;
  std::thread thread_;
  std::atomic<bool> requested_{false};
  std::atomic<bool> suspected_{false};  // a request has failed since the upstream last answered

  // Only on the loop's thread.
  std::unique_ptr<net::Client> client_;
  std::unique_ptr<net::Transfer> transfer_;
  net::EventLoop::TimerPtr again_;
  bool looking_ = false;
  bool slow_ = false;  // the last look got no answer in time
};

// One monitor for each address.
class Monitors : public UpstreamMonitor {
 public:
  explicit Monitors(std::vector<std::unique_ptr<Monitor>> monitors)
      : monitors_(std::move(monitors)) {}

 private:
  std::vector<std::unique_ptr<Monitor>> monitors_;
};

}  // namespace

Result<std::unique_ptr<UpstreamMonitor>> UpstreamMonitor::start(Upstream& upstream,
                                                                const MonitorOptions& options,
                                                                metrics::EdgeMetrics& metrics) {
  std::vector<std::unique_ptr<Monitor>> monitors;
  for (std::size_t index = 0; index < upstream.size(); ++index) {
    monitors.push_back(std::make_unique<Monitor>(upstream, index, options, metrics));
    if (auto status = monitors.back()->begin(); !status) return tl::unexpected(status.error());
  }
  return std::make_unique<Monitors>(std::move(monitors));
}

}  // namespace glint::proxy
