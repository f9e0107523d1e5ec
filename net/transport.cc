#include "net/transport.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/sendfile.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace glint::net {
namespace {

// A client on this host or in this rack takes bytes as fast as they come, and the kernel's own
// tuning then lets megabytes queue for each: with several clients all that no longer fits the
// processor's cache, and a byte costs about twice. So much in flight is enough for 15 Gbit/s per
// connection. Returns whether the client is known to be near.
bool keepQueueShort(int socket) {
  constexpr std::uint32_t kNearMicroseconds = 100;
  constexpr int kQueueBytes = 96 * 1024;  // the kernel doubles it
  tcp_info info{};
  socklen_t length = sizeof info;
  if (::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &length) != 0) return false;
  if (info.tcpi_min_rtt == 0 || info.tcpi_min_rtt >= kNearMicroseconds) return false;
  return ::setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &kQueueBytes, sizeof kQueueBytes) == 0;
}

class PlainTransport : public Transport {
 public:
  explicit PlainTransport(int socket) : socket_(socket), queue_settled_(keepQueueShort(socket)) {}

  Io read(std::span<std::byte> into) override {
    const ssize_t got = retry([&] { return ::recv(socket_, into.data(), into.size(), 0); });
    if (got == 0) return {Io::State::kClosed, 0};
    return result(got, Io::State::kWantRead);
  }

  Io write(std::span<const iovec> parts, bool more) override {
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(parts.data());  // NOLINT: sendmsg does not write to it
    message.msg_iovlen = parts.size();
    const int flags = MSG_NOSIGNAL | (more ? MSG_MORE : 0);
    return result(retry([&] { return ::sendmsg(socket_, &message, flags); }),
                  Io::State::kWantWrite);
  }

  Io sendFile(int file, std::uint64_t offset, std::size_t length) override {
    auto position = static_cast<off_t>(offset);
    const ssize_t sent = retry([&] { return ::sendfile(socket_, file, &position, length); });
    if (sent == 0) return {Io::State::kFailed, 0};  // end of file before the promised length
    const Io io = result(sent, Io::State::kWantWrite);
    // A handshake among many may have taken long; by the time the queue is full more is known.
    if (io.state == Io::State::kWantWrite && !std::exchange(queue_settled_, true)) {
      keepQueueShort(socket_);
    }
    return io;
  }

  bool hasBuffered() const override { return false; }
  void shutdownWrite() override { ::shutdown(socket_, SHUT_WR); }
  std::string peerSubject() const override { return {}; }
  bool secure() const override { return false; }

 private:
  template <class Call>
  static ssize_t retry(Call call) {
    ssize_t result = 0;
    do {
      result = call();
    } while (result < 0 && errno == EINTR);
    return result;
  }

  static Io result(ssize_t moved, Io::State again) {
    if (moved >= 0) return {Io::State::kDone, static_cast<std::size_t>(moved)};
    if (errno == EAGAIN || errno == EWOULDBLOCK) return {again, 0};
    return {Io::State::kFailed, 0};
  }

  const int socket_;
  bool queue_settled_;
};

}  // namespace

std::unique_ptr<Transport> makePlainTransport(int socket) {
  return std::make_unique<PlainTransport>(socket);
}

}  // namespace glint::net
