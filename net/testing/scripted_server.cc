#include "net/testing/scripted_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <thread>

#include <openssl/ssl.h>

#include "base/check.h"
#include "base/handle.h"
#include "base/mutex.h"

namespace glint::net::testing {
namespace {

using SslCtxPtr = UniqueHandle<SSL_CTX, SSL_CTX_free>;
using SslPtr = UniqueHandle<SSL, SSL_free>;

constexpr int kQuietMilliseconds = 250;
constexpr int kSendBufferBytes = 64 * 1024;

class SocketConnection : public ScriptedConnection {
 public:
  using OnHead = std::function<void(const std::string&)>;

  SocketConnection(UniqueFd socket, int index, SSL_CTX* tls, OnHead on_head)
      : socket_(std::move(socket)), index_(index), on_head_(std::move(on_head)) {
    if (!tls) return;
    ssl_.reset(SSL_new(tls));
    SSL_set_fd(ssl_.get(), socket_.get());
    SSL_set_accept_state(ssl_.get());
  }

  int index() const override { return index_; }

  std::string readHead() override {
    auto end = buffer_.find("\r\n\r\n");
    while (end == std::string::npos) {
      if (!receive()) return {};
      end = buffer_.find("\r\n\r\n");
    }
    std::string head = take(end + 4);
    on_head_(head);
    return head;
  }

  std::string read(std::size_t count) override {
    while (buffer_.size() < count && receive()) {
    }
    return take(count);
  }

  std::string readSome(std::size_t count) override {
    if (buffer_.empty()) receive();
    return take(count);
  }

  std::string readChunked() override {
    std::string body;
    for (;;) {
      auto end = buffer_.find("\r\n");
      while (end == std::string::npos) {
        if (!receive()) return body;
        end = buffer_.find("\r\n");
      }
      const std::string line = take(end + 2);
      std::size_t size = 0;
      std::from_chars(line.data(), line.data() + line.size(), size, 16);
      body += read(size);
      read(2);
      if (size == 0) return body;
    }
  }

  bool send(std::string_view bytes) override {
    while (!bytes.empty()) {
      const auto sent = ssl_ ? sendTls(bytes) : sendPlain(bytes);
      if (sent < 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  bool blocked() const override { return blocked_; }

  bool idle(std::chrono::milliseconds span) override {
    pollfd watch{.fd = socket_.get(), .events = POLLRDHUP, .revents = 0};
    return ::poll(&watch, 1, static_cast<int>(span.count())) == 0;
  }

  void awaitClose() override {
    while (receive()) buffer_.clear();
  }

  void reset() override {
    const linger hard{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    reset_ = true;
  }

  // From the server's thread: the script's reads and writes end.
  void interrupt() { ::shutdown(socket_.get(), SHUT_RDWR); }
  // After the script; the descriptor itself is closed by the server once nobody interrupts.
  void finish() {
    if (ssl_ && !reset_) SSL_shutdown(ssl_.get());
  }

 private:
  ssize_t sendTls(std::string_view bytes) {
    std::size_t sent = 0;
    return SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &sent) == 1
               ? static_cast<ssize_t>(sent)
               : -1;
  }

  ssize_t sendPlain(std::string_view bytes) {
    const auto sent =
        ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) return sent;
    if (errno == EINTR) return 0;
    if (errno != EAGAIN) return -1;
    pollfd watch{.fd = socket_.get(), .events = POLLOUT, .revents = 0};
    if (::poll(&watch, 1, kQuietMilliseconds) == 0) blocked_ = true;
    return 0;
  }

  bool receive() {
    std::array<char, 64 * 1024> piece;
    std::size_t got = 0;
    if (ssl_) {
      if (SSL_read_ex(ssl_.get(), piece.data(), piece.size(), &got) != 1) return false;
    } else {
      ssize_t received = 0;
      do {
        received = ::recv(socket_.get(), piece.data(), piece.size(), 0);
      } while (received < 0 && errno == EINTR);
      if (received <= 0) return false;
      got = static_cast<std::size_t>(received);
    }
    buffer_.append(piece.data(), got);
    return true;
  }

  std::string take(std::size_t count) {
    std::string taken = buffer_.substr(0, count);
    buffer_.erase(0, count);
    return taken;
  }

  UniqueFd socket_;
  SslPtr ssl_;
  int index_;
  OnHead on_head_;
  std::string buffer_;
  bool reset_ = false;
  std::atomic<bool> blocked_ = false;
};

class SocketServer : public ScriptedServer {
 public:
  SocketServer(Script script, SslCtxPtr tls) : script_(std::move(script)), tls_(std::move(tls)) {
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
    listener_ = UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* plain = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    // Accepted sockets inherit it: little of what a script sends hides in the kernel.
    ::setsockopt(listener_.get(), SOL_SOCKET, SO_SNDBUF, &kSendBufferBytes,
                 sizeof kSendBufferBytes);
    GLINT_CHECK(::bind(listener_.get(), plain, size) == 0, "a port can be bound");
    GLINT_CHECK(::listen(listener_.get(), 128) == 0, "a socket can listen");
    ::getsockname(listener_.get(), plain, &size);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { acceptAll(); });
  }

  ~SocketServer() override {
    ::shutdown(listener_.get(), SHUT_RDWR);
    acceptor_.join();
    std::vector<Running> running;
    {
      MutexLock lock(mutex_);
      running.swap(running_);
      for (const Running& one : running) {
        if (const auto connection = one.connection.lock()) connection->interrupt();
      }
    }
    for (Running& one : running) one.thread.join();
  }

  std::uint16_t port() const override { return port_; }
  int connections() const override { return connections_; }
  std::vector<std::string> heads() const override {
    MutexLock lock(mutex_);
    return heads_;
  }

 private:
  struct Running {
    std::weak_ptr<SocketConnection> connection;
    std::thread thread;
  };

  void acceptAll() {
    for (;;) {
      UniqueFd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!socket.valid()) {
        if (errno == EINTR || errno == ECONNABORTED) continue;
        return;
      }
      auto connection = std::make_shared<SocketConnection>(
          std::move(socket), connections_++, tls_.get(), [this](const std::string& head) {
            MutexLock lock(mutex_);
            heads_.push_back(head);
          });
      MutexLock lock(mutex_);
      std::weak_ptr<SocketConnection> weak = connection;
      running_.push_back({weak, std::thread([this, connection = std::move(connection)]() mutable {
                            script_(*connection);
                            connection->finish();
                            MutexLock closing(mutex_);  // not while it is being interrupted
                            connection.reset();
                          })});
    }
  }

  const Script script_;
  const SslCtxPtr tls_;
  UniqueFd listener_;
  std::uint16_t port_ = 0;
  std::thread acceptor_;
  std::atomic<int> connections_ = 0;
  mutable Mutex mutex_;
  std::vector<Running> running_ GUARDED_BY(mutex_);
  std::vector<std::string> heads_ GUARDED_BY(mutex_);
};

}  // namespace

std::unique_ptr<ScriptedServer> ScriptedServer::start(Script script) {
  return std::make_unique<SocketServer>(std::move(script), SslCtxPtr());
}

std::unique_ptr<ScriptedServer> ScriptedServer::startTls(Script script, const ScriptedTls& tls) {
  SslCtxPtr context(SSL_CTX_new(TLS_server_method()));
  SSL_CTX* raw = context.get();
  GLINT_CHECK(SSL_CTX_use_certificate_chain_file(raw, tls.certificate_file.c_str()) == 1 &&
                  SSL_CTX_use_PrivateKey_file(raw, tls.key_file.c_str(), SSL_FILETYPE_PEM) == 1,
              "the test's certificate loads");
  if (!tls.client_ca_file.empty()) {
    GLINT_CHECK(SSL_CTX_load_verify_locations(raw, tls.client_ca_file.c_str(), nullptr) == 1,
                "the test's client CA loads");
    SSL_CTX_set_verify(raw, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  return std::make_unique<SocketServer>(std::move(script), std::move(context));
}

std::string answer(int status, std::string_view body) {
  std::string text = "HTTP/1.1 " + std::to_string(status) +
                     " Scripted\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  return text.append(body);
}

}  // namespace glint::net::testing
