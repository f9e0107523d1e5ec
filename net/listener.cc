#include "net/listener.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

#include <event2/event.h>

#include "base/check.h"
#include "base/log.h"
#include "net/event_loop.h"

namespace glint::net {
namespace {

constexpr int kBacklog = 1024;
constexpr int kAcceptsPerTurn = 64;
constexpr std::chrono::milliseconds kExhaustedPause{100};

using AddressList = UniqueHandle<addrinfo, freeaddrinfo>;

void setOption(int socket, int level, int option) {
  const int on = 1;
  ::setsockopt(socket, level, option, &on, sizeof on);
}

std::string textOf(const sockaddr_storage& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* raw =
      address.ss_family == AF_INET6
          ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in6&>(address).sin6_addr)
          : static_cast<const void*>(&reinterpret_cast<const sockaddr_in&>(address).sin_addr);
  return inet_ntop(address.ss_family, raw, text.data(), text.size()) ? text.data() : "?";
}

std::uint16_t portOf(int socket) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  if (getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length) != 0) return 0;
  return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(address).sin6_port
                                             : reinterpret_cast<sockaddr_in&>(address).sin_port);
}

class LibeventListener : public Listener {
 public:
  LibeventListener(EventLoop& loop, UniqueFd socket, OnAccept on_accept)
      : loop_(loop), socket_(std::move(socket)), on_accept_(std::move(on_accept)) {
    event_.reset(event_new(loop.native(), socket_.get(), EV_READ | EV_PERSIST,
                           &LibeventListener::ready, this));
    GLINT_CHECK(event_ && event_add(event_.get(), nullptr) == 0, "a listener event can be made");
  }

 private:
  static void ready(int /*fd*/, short /*what*/, void* self) noexcept {
    static_cast<LibeventListener*>(self)->acceptSome();
  }

  void acceptSome() {
    for (int i = 0; i < kAcceptsPerTurn; ++i) {
      sockaddr_storage address{};
      socklen_t length = sizeof address;
      UniqueFd accepted(::accept4(socket_.get(), reinterpret_cast<sockaddr*>(&address), &length,
                                  SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (!accepted.valid()) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) pause(errno);
        return;
      }
      setOption(accepted.get(), IPPROTO_TCP, TCP_NODELAY);
      on_accept_(std::move(accepted), textOf(address));
    }
  }

  // Out of descriptors or memory: the queue stays readable, so look away for a moment.
  void pause(int reason) {
    log::warn(
        "accept_paused",
        {{"error", std::strerror(reason)}});  // NOLINT(concurrency-mt-unsafe): glibc's is safe
    event_del(event_.get());
    resume_ = loop_.runAfter(kExhaustedPause, [this] { event_add(event_.get(), nullptr); });
  }

  EventLoop& loop_;
  UniqueFd socket_;
  OnAccept on_accept_;
  UniqueHandle<event, event_free> event_;
  EventLoop::TimerPtr resume_;
};

}  // namespace

Result<BoundSocket> bindTcp(const std::string& host, std::uint16_t port, PortSharing sharing) {
  const std::string where = "listen on " + host + ":" + std::to_string(port);
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (const int problem = getaddrinfo(host.empty() ? nullptr : host.c_str(),
                                      std::to_string(port).c_str(), &hints, &found);
      problem != 0) {
    return fail(ErrorCode::kInvalidArgument, where + ": " + gai_strerror(problem));
  }
  const AddressList addresses(found);
  BoundSocket bound;
  bound.socket =
      UniqueFd(::socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!bound.socket.valid()) return failErrno(where, errno);
  setOption(bound.socket.get(), SOL_SOCKET, SO_REUSEADDR);
  if (sharing == PortSharing::kShared) setOption(bound.socket.get(), SOL_SOCKET, SO_REUSEPORT);
  if (::bind(bound.socket.get(), found->ai_addr, found->ai_addrlen) != 0) {
    if (errno == EADDRINUSE) return fail(ErrorCode::kConflict, where + ": the port is in use");
    if (errno == EADDRNOTAVAIL) {
      return fail(ErrorCode::kInvalidArgument, where + ": not an address of this machine");
    }
    return failErrno(where, errno);
  }
  bound.port = portOf(bound.socket.get());
  return bound;
}

Status listenOn(const BoundSocket& socket) {
  if (::listen(socket.socket.get(), kBacklog) == 0) return {};
  if (errno == EADDRINUSE) return fail(ErrorCode::kConflict, "listen: the port is in use");
  return failErrno("listen", errno);
}

std::unique_ptr<Listener> Listener::create(EventLoop& loop, UniqueFd socket, OnAccept on_accept) {
  return std::make_unique<LibeventListener>(loop, std::move(socket), std::move(on_accept));
}

}  // namespace glint::net
