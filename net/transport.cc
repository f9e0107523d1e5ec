#include "net/transport.h"

#include <sys/sendfile.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace glint::net {
namespace {

class PlainTransport : public Transport {
 public:
  explicit PlainTransport(int socket) : socket_(socket) {}

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
    return result(sent, Io::State::kWantWrite);
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

  int socket_;
};

}  // namespace

std::unique_ptr<Transport> makePlainTransport(int socket) {
  return std::make_unique<PlainTransport>(socket);
}

}  // namespace glint::net
