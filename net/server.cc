#include "net/server.h"

#include <algorithm>
#include <csignal>
#include <future>
#include <thread>
#include <vector>

#include "base/log.h"
#include "net/connection.h"
#include "net/event_loop.h"
#include "net/listener.h"
#include "net/loop_context.h"
#include "net/observer.h"
#include "net/tls.h"

namespace glint::net {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::string_view kFullResponse =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: "
    "0\r\n\r\n";

// How often the limits are looked at: a quarter of the shortest, so a limit is met within 25 %.
std::chrono::milliseconds sweepPeriod(const ServerOptions& options) {
  const auto shortest =
      std::min({options.header_timeout, options.idle_timeout, options.stall_timeout});
  return std::clamp(shortest / 4, 10ms, 1000ms);
}

// One loop with its thread, listener and connections.
class LoopThread {
 public:
  LoopThread(std::unique_ptr<EventLoop> loop, ServerShared& shared)
      : loop_(std::move(loop)), shared_(shared), context_{*loop_,      shared, nullptr, {},
                                                          takeBlock(), {},     false} {}

  void start(UniqueFd socket, const Server::HandlerFactory& factory, std::promise<void>& ready) {
    thread_ = std::thread([this, factory, &ready, fd = socket.release()] {
      loop_->post([this, &factory, &ready, fd] {
        context_.handler = factory(*loop_);
        listener_ =
            Listener::create(*loop_, UniqueFd(fd), [this](UniqueFd accepted, std::string address) {
              onAccept(std::move(accepted), std::move(address));
            });
        sweeper_ = loop_->runEvery(sweepPeriod(shared_.options), [this] { sweep(); });
        ready.set_value();
      });
      loop_->run();
    });
  }

  // Stops accepting; `drained` is set when the last connection is gone.
  void drain(std::promise<void>& drained) {
    loop_->post([this, &drained] {
      listener_.reset();
      context_.draining = true;
      forEach([](Connection& connection) { connection.drain(); });
      drain_watch_ = loop_->runEvery(5ms, [this, &drained] {
        if (!context_.connections.empty()) return;
        drained.set_value();
        drain_watch_.reset();
      });
    });
  }

  void stop() {
    if (!thread_.joinable()) return;
    loop_->post([this] {
      drain_watch_.reset();
      listener_.reset();
      closeAll();
      context_.handler.reset();
      sweeper_.reset();
    });
    loop_->stop();
    thread_.join();
  }

 private:
  template <class Action>
  void forEach(Action action) {
    // A connection may leave the registry meanwhile.
    const std::vector<std::shared_ptr<Connection>> all(context_.connections.begin(),
                                                       context_.connections.end());
    for (const auto& connection : all) action(*connection);
  }

  void sweep() {
    const auto now = Clock::now();
    forEach([now](Connection& connection) { connection.sweep(now); });
  }

  void closeAll() {
    forEach([](Connection& connection) { connection.close(); });
  }

  void onAccept(UniqueFd socket, std::string address) {
    const auto tls = shared_.tls.load();
    auto transport = tls ? tls->accept(socket.get()) : makePlainTransport(socket.get());
    if (!transport) return;
    if (shared_.connections.fetch_add(1) >= shared_.options.max_connections) {
      shared_.connections.fetch_sub(1);
      shared_.observer.onConnectionRefused("limit");
      const iovec part{const_cast<char*>(kFullResponse.data()),
                       kFullResponse.size()};  // NOLINT: only read
      if (!tls) transport->write({&part, 1}, false);
      return;
    }
    shared_.observer.onConnectionOpened();
    const auto connection = std::make_shared<Connection>(
        context_, std::move(socket), std::move(transport),
        Peer{.address = std::move(address), .tls_subject = {}, .tls = tls != nullptr});
    if (!connection->begin()) connection->close();
  }

  std::unique_ptr<EventLoop> loop_;
  ServerShared& shared_;
  LoopContext context_;
  std::unique_ptr<Listener> listener_;
  EventLoop::TimerPtr sweeper_;
  EventLoop::TimerPtr drain_watch_;
  std::thread thread_;
};

class HttpServer : public Server {
 public:
  HttpServer(ServerOptions options, ServerObserver& observer)
      : shared_{std::move(options), observer} {}

  ~HttpServer() override { drain(0ms); }

  Status begin(const HandlerFactory& factory) {
    if (auto loaded = reloadTls(); !loaded) return loaded;
    auto first = bindTcp(shared_.options.host, shared_.options.port, PortSharing::kExclusive);
    if (!first) return tl::unexpected(first.error());
    port_ = first->port;
    first->socket.reset();
    std::vector<BoundSocket> sockets;
    for (std::uint32_t i = 0; i < loopCount(); ++i) {
      auto bound = bindTcp(shared_.options.host, port_, PortSharing::kShared);
      if (!bound) return tl::unexpected(bound.error());
      if (auto listening = listenOn(*bound); !listening) return listening;
      sockets.push_back(std::move(*bound));
      auto loop = EventLoop::create();
      if (!loop) return tl::unexpected(loop.error());
      loops_.push_back(std::make_unique<LoopThread>(std::move(*loop), shared_));
    }
    for (std::size_t i = 0; i < loops_.size(); ++i) {
      std::promise<void> ready;
      loops_[i]->start(std::move(sockets[i].socket), factory, ready);
      ready.get_future().wait();
    }
    return {};
  }

  std::uint16_t port() const override { return port_; }

  void drain(std::chrono::milliseconds bound) override {
    if (drained_) return;
    drained_ = true;
    const auto until = Clock::now() + bound;
    std::vector<std::promise<void>> promises(loops_.size());
    for (std::size_t i = 0; i < loops_.size(); ++i) loops_[i]->drain(promises[i]);
    for (auto& promise : promises) promise.get_future().wait_until(until);
    for (auto& loop : loops_) loop->stop();
  }

  Status reloadTls() override {
    if (!shared_.options.tls) return {};
    auto context = TlsContext::create(*shared_.options.tls);
    if (!context) return tl::unexpected(context.error());
    shared_.tls.store(*context);
    return {};
  }

 private:
  std::uint32_t loopCount() const {
    return shared_.options.loops != 0 ? shared_.options.loops
                                      : std::max(1u, std::thread::hardware_concurrency());
  }

  ServerShared shared_;
  std::uint16_t port_ = 0;
  std::vector<std::unique_ptr<LoopThread>> loops_;
  bool drained_ = false;
};

}  // namespace

Status validate(const ServerOptions& options) {
  const auto bad = [](const char* what) { return fail(ErrorCode::kInvalidArgument, what); };
  if (options.max_connections == 0) return bad("max_connections: must be at least 1");
  if (options.max_header_bytes < 1024) return bad("max_header_bytes: must be at least 1024");
  if (options.max_headers == 0) return bad("max_headers: must be at least 1");
  if (options.header_timeout <= 0ms) return bad("header_timeout: must be positive");
  if (options.idle_timeout <= 0ms) return bad("idle_timeout: must be positive");
  if (options.stall_timeout <= 0ms) return bad("stall_timeout: must be positive");
  if (options.tls && options.tls->certificate_file.empty())
    return bad("tls: certificate file is missing");
  if (options.tls && options.tls->key_file.empty()) return bad("tls: key file is missing");
  return {};
}

Result<std::unique_ptr<Server>> Server::start(const ServerOptions& options, HandlerFactory factory,
                                              ServerObserver& observer) {
  if (auto valid = validate(options); !valid) return tl::unexpected(valid.error());
  // OpenSSL and libcurl write to sockets without MSG_NOSIGNAL.
  std::signal(SIGPIPE, SIG_IGN);
  auto server = std::make_unique<HttpServer>(options, observer);
  if (auto begun = server->begin(factory); !begun) return tl::unexpected(begun.error());
  return server;
}

}  // namespace glint::net
