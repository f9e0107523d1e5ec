#include "net/client.h"

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

#include <event2/event.h>

#include "base/check.h"
#include "base/log.h"
#include "net/client_transfer.h"
#include "net/event_loop.h"

namespace glint::net {
namespace {

using EventPtr = UniqueHandle<event, event_free>;
using MultiPtr = UniqueHandle<CURLM, curl_multi_cleanup>;
using TransferPtr = std::shared_ptr<CurlTransfer>;
using Clock = CurlTransfer::Clock;

constexpr std::size_t kIdleHandles = 64;

timeval toTimeval(std::chrono::microseconds span) {
  const auto us = std::max<std::int64_t>(span.count(), 0);
  return {.tv_sec = us / 1000000, .tv_usec = us % 1000000};
}

// What start() gives out.
class TransferHandle : public Transfer {
 public:
  explicit TransferHandle(TransferPtr transfer) : transfer_(std::move(transfer)) {}
  ~TransferHandle() override { transfer_->cancel(); }
  void cancel() override { transfer_->cancel(); }
  void resume() override { transfer_->resume(); }

 private:
  TransferPtr transfer_;
};

class CurlClient : public Client, public TransferOwner {
 public:
  CurlClient(EventLoop& loop, ClientOptions options) : loop_(loop), options_(std::move(options)) {}

  Status begin() {
    static const CURLcode global = curl_global_init(CURL_GLOBAL_DEFAULT);
    multi_.reset(curl_multi_init());
    event_base* base = loop_.native();
    timer_.reset(event_new(base, -1, 0, &CurlClient::timerFired, this));
    serve_.reset(event_new(base, -1, 0, &CurlClient::serveFired, this));
    deadline_.reset(event_new(base, -1, 0, &CurlClient::deadlineFired, this));
    if (global != CURLE_OK || !multi_ || !timer_ || !serve_ || !deadline_) {
      return fail(ErrorCode::kInternal, "HTTP client: no libcurl or event handles");
    }
    CURLM* multi = multi_.get();
    const auto connections = static_cast<long>(options_.max_connections);
    const bool ok =
        curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &CurlClient::onSocket) == CURLM_OK &&
        curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this) == CURLM_OK &&
        curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &CurlClient::onTimer) == CURLM_OK &&
        curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this) == CURLM_OK &&
        curl_multi_setopt(multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING) == CURLM_OK &&
        curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, connections) == CURLM_OK &&
        curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, connections) == CURLM_OK;
    return ok ? Status() : fail(ErrorCode::kInternal, "HTTP client: libcurl refuses an option");
  }

  ~CurlClient() override {
    for (auto& [raw, transfer] : std::exchange(transfers_, {})) {
      transfer->cancel();
      transfer->orphan();
      transfer->detach(multi_.get());
    }
    idle_.clear();
    multi_.reset();  // may still call onSocket()
  }

  std::unique_ptr<Transfer> start(ClientRequest request,
                                  std::shared_ptr<ResponseSink> sink) override {
    GLINT_CHECK(loop_.onLoopThread(), "a client is used on its loop");
    auto transfer =
        std::make_shared<CurlTransfer>(*this, options_, std::move(request), std::move(sink));
    transfers_.emplace(transfer.get(), transfer);
    serveSoon(*transfer);
    return std::make_unique<TransferHandle>(std::move(transfer));
  }

 private:
  // ---- for transfers

  void serveSoon(CurlTransfer& transfer) override {
    if (transfer.queued) return;
    transfer.queued = true;
    to_serve_.push_back(transfer.shared_from_this());
    if (!in_curl_ && !serving_) event_active(serve_.get(), EV_TIMEOUT, 0);
  }

  void release(CurlTransfer& transfer) override {
    if (in_curl_) return serveSoon(transfer);  // libcurl must not be called from its callbacks
    keep(transfer.detach(multi_.get()));
    transfers_.erase(&transfer);
  }

  void deadlineMoved(Clock::time_point deadline) override {
    if (deadline >= next_deadline_) return;
    next_deadline_ = deadline;
    const timeval in =
        toTimeval(std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()));
    event_add(deadline_.get(), &in);
  }

  // ---- libcurl calls us

  static int onTimer(CURLM* /*multi*/, long timeout_ms, void* self) noexcept {
    event* timer = static_cast<CurlClient*>(self)->timer_.get();
    if (timeout_ms < 0) {
      event_del(timer);
    } else if (timeout_ms == 0) {
      event_active(timer, EV_TIMEOUT, 0);
    } else {
      const timeval in = toTimeval(std::chrono::milliseconds(timeout_ms));
      event_add(timer, &in);
    }
    return 0;
  }

  static int onSocket(CURL* /*easy*/, curl_socket_t socket, int wanted, void* self,
                      void* /*assigned*/) noexcept {
    auto* client = static_cast<CurlClient*>(self);
    if (wanted == CURL_POLL_REMOVE) {
      client->watches_.erase(socket);
      return 0;
    }
    const auto kind = static_cast<short>(EV_PERSIST | ((wanted & CURL_POLL_IN) != 0 ? EV_READ : 0) |
                                         ((wanted & CURL_POLL_OUT) != 0 ? EV_WRITE : 0));
    EventPtr& watch = client->watches_[socket];
    watch.reset();
    watch.reset(event_new(client->loop_.native(), socket, kind, &CurlClient::socketReady, client));
    return watch && event_add(watch.get(), nullptr) == 0 ? 0 : -1;
  }

  // ---- the loop calls us

  static void socketReady(evutil_socket_t socket, short ready, void* self) noexcept {
    const int flags = ((ready & EV_READ) != 0 ? CURL_CSELECT_IN : 0) |
                      ((ready & EV_WRITE) != 0 ? CURL_CSELECT_OUT : 0);
    static_cast<CurlClient*>(self)->act(socket, flags);
  }

  static void timerFired(evutil_socket_t, short, void* self) noexcept {
    static_cast<CurlClient*>(self)->act(CURL_SOCKET_TIMEOUT, 0);
  }

  static void serveFired(evutil_socket_t, short, void* self) noexcept {
    static_cast<CurlClient*>(self)->serve();
  }

  static void deadlineFired(evutil_socket_t, short, void* self) noexcept {
    static_cast<CurlClient*>(self)->checkDeadlines();
  }

  void act(curl_socket_t socket, int flags) noexcept {
    int running = 0;
    in_curl_ = true;
    curl_multi_socket_action(multi_.get(), socket, flags, &running);
    in_curl_ = false;
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg == CURLMSG_DONE) onDone(message->easy_handle, message->data.result);
    }
    serve();
  }

  void onDone(CURL* easy, CURLcode result) {
    char* owner = nullptr;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &owner);
    auto* transfer = static_cast<CurlTransfer*>(static_cast<void*>(owner));
    keep(transfer->complete(result, multi_.get()));
    serveSoon(*transfer);
  }

  // Everything towards the sinks happens here. One of the places where an exception is stopped: a
  // sink that throws loses its transfer.
  void serve() noexcept {
    if (serving_) return;
    serving_ = true;
    while (!to_serve_.empty()) {
      for (const TransferPtr& transfer : std::exchange(to_serve_, {})) {
        transfer->queued = false;
        try {
          serveOne(*transfer);
        } catch (const std::exception& problem) {
          log::error("unexpected_exception",
                     {{"where", "client transfer"}, {"error", problem.what()}});
          transfer->cancel();
        }
      }
    }
    serving_ = false;
  }

  void serveOne(CurlTransfer& transfer) {
    if (transfer.over()) {
      if (transfers_.contains(&transfer)) release(transfer);
      return;
    }
    if (!transfer.launched()) launch(transfer);
    if (transfer.deliver()) {
      transfers_.erase(&transfer);
    } else {
      transfer.applyPauses();
    }
  }

  void launch(CurlTransfer& transfer) {
    CurlEasyPtr easy;
    if (!idle_.empty()) {
      easy = std::move(idle_.back());
      idle_.pop_back();
    } else {
      easy.reset(curl_easy_init());
    }
    if (auto launched = transfer.launch(std::move(easy), multi_.get()); !launched) {
      keep(transfer.fail(launched.error(), multi_.get()));
    }
  }

  void keep(CurlEasyPtr easy) {
    if (easy && idle_.size() < kIdleHandles) idle_.push_back(std::move(easy));
  }

  void checkDeadlines() noexcept {
    next_deadline_ = Clock::time_point::max();
    const auto now = Clock::now();
    auto next = Clock::time_point::max();
    for (const auto& [raw, transfer] : transfers_) {
      const auto deadline = transfer->deadline();
      if (deadline <= now) {
        keep(transfer->expire(multi_.get()));
        serveSoon(*transfer);
      } else {
        next = std::min(next, deadline);
      }
    }
    deadlineMoved(next);
    serve();
  }

  EventLoop& loop_;
  const ClientOptions options_;
  MultiPtr multi_;
  EventPtr timer_;     // libcurl's
  EventPtr serve_;     // sinks are to be called
  EventPtr deadline_;  // of the transfer that is due first
  Clock::time_point next_deadline_ = Clock::time_point::max();
  std::unordered_map<curl_socket_t, EventPtr> watches_;
  std::unordered_map<CurlTransfer*, TransferPtr> transfers_;
  std::vector<TransferPtr> to_serve_;
  std::vector<CurlEasyPtr> idle_;
  bool in_curl_ = false;
  bool serving_ = false;
};

}  // namespace

Status validate(const ClientOptions& options) {
  using namespace std::chrono_literals;
  const auto bad = [](const char* what) { return fail(ErrorCode::kInvalidArgument, what); };
  if (options.connect_timeout <= 0ms) return bad("connect_timeout: must be positive");
  if (options.first_byte_timeout <= 0ms) return bad("first_byte_timeout: must be positive");
  if (options.stall_timeout <= 0ms) return bad("stall_timeout: must be positive");
  if (options.max_connections == 0) return bad("max_connections: must be at least 1");
  if (options.certificate_file.empty() != options.key_file.empty()) {
    return bad("client certificate: certificate and key belong together");
  }
  if (options.receive_buffer_bytes < 16 * 1024 || options.receive_buffer_bytes > 512 * 1024) {
    return bad("receive_buffer_bytes: must be 16 KiB to 512 KiB");
  }
  return {};
}

Result<std::unique_ptr<Client>> Client::create(EventLoop& loop, const ClientOptions& options) {
  if (auto valid = validate(options); !valid) return tl::unexpected<Error>(valid.error());
  auto client = std::make_unique<CurlClient>(loop, options);
  if (auto begun = client->begin(); !begun) return tl::unexpected<Error>(begun.error());
  return client;
}

}  // namespace glint::net
