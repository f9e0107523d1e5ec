#include "net/testing/server_fixture.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <thread>

#include "base/check.h"
#include "base/strings.h"

namespace glint::net::testing {
namespace {

constexpr std::chrono::seconds kPatience{10};

}  // namespace

void RecordingObserver::onConnectionRefused(const char* reason) {
  MutexLock lock(mutex_);
  ++refused_[reason];
}

void RecordingObserver::onRequestFinished(const FinishedRequest& request) {
  Finished finished{.target = request.request.target,
                    .route = request.route,
                    .status = request.status,
                    .clean = request.clean,
                    .request_body_bytes = request.request_body_bytes,
                    .response_body_bytes = request.response_body_bytes,
                    .tls_subject = request.peer.tls_subject,
                    .request_id = request.request_id,
                    .annotations = {}};
  for (const auto& [key, value] : request.annotations) finished.annotations[key] = value;
  MutexLock lock(mutex_);
  finished_.push_back(std::move(finished));
}

std::vector<RecordingObserver::Finished> RecordingObserver::finished() const {
  MutexLock lock(mutex_);
  return finished_;
}

int RecordingObserver::refused(const std::string& reason) const {
  MutexLock lock(mutex_);
  const auto found = refused_.find(reason);
  return found == refused_.end() ? 0 : found->second;
}

bool eventually(const std::function<bool()>& condition) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    ::poll(nullptr, 0, 1);
  }
  return true;
}

std::optional<std::string> RawResponse::header(std::string_view name) const {
  for (const auto line : split(head, '\n')) {
    const auto colon = line.find(':');
    if (colon != std::string_view::npos && iequals(line.substr(0, colon), name)) {
      return std::string(trim(line.substr(colon + 1)));
    }
  }
  return std::nullopt;
}

RawClient::RawClient(std::uint16_t port)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  const timeval patience{.tv_sec = kPatience.count(), .tv_usec = 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  GLINT_CHECK(::connect(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0,
              "the server accepts a connection");
}

void RawClient::limitReceiveBuffer(int bytes) {
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::size_t RawClient::sendUntilBlocked(std::string_view bytes, std::chrono::milliseconds quiet) {
  std::size_t total = 0;
  while (total < bytes.size()) {
    pollfd watch{.fd = socket_.get(), .events = POLLOUT, .revents = 0};
    if (::poll(&watch, 1, static_cast<int>(quiet.count())) == 0) break;
    const ssize_t sent = ::send(socket_.get(), bytes.data() + total, bytes.size() - total,
                                MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent <= 0) break;
    total += static_cast<std::size_t>(sent);
  }
  return total;
}

bool RawClient::fill() {
  std::array<char, 64 * 1024> piece;
  const ssize_t got = ::recv(socket_.get(), piece.data(), piece.size(), 0);
  if (got <= 0) return false;
  buffer_.append(piece.data(), static_cast<std::size_t>(got));
  return true;
}

std::string RawClient::take(std::size_t count) {
  std::string taken = buffer_.substr(0, count);
  buffer_.erase(0, count);
  return taken;
}

RawResponse RawClient::receive(Request request) {
  auto end = buffer_.find("\r\n\r\n");
  while (end == std::string::npos) {
    if (!fill()) return {};
    end = buffer_.find("\r\n\r\n");
  }
  RawResponse response;
  response.head = take(end + 4);
  if (response.head.size() > 12) {
    response.status = parseInteger<int>(std::string_view(response.head).substr(9, 3)).value_or(0);
  }
  if (request == Request::kHead || response.status < 200 || response.status == 204 ||
      response.status == 304) {
    return response;
  }
  bool whole = true;
  response.body = readBody(response, whole);
  if (!whole) response.status = 0;
  return response;
}

std::string RawClient::readBody(const RawResponse& response, bool& whole) {
  const auto exactly = [&](std::size_t count) {
    while (buffer_.size() < count && whole) whole = fill();
    return take(count);
  };
  if (const auto length = response.header("content-length")) {
    return exactly(parseInteger<std::size_t>(*length).value_or(0));
  }
  if (!response.header("transfer-encoding")) return receiveAll();
  std::string body;
  while (whole) {
    auto end = buffer_.find("\r\n");
    while (end == std::string::npos && (whole = fill())) end = buffer_.find("\r\n");
    if (!whole) break;
    const std::string line = take(end + 2);
    std::size_t size = 0;
    std::from_chars(line.data(), line.data() + line.size(), size, 16);
    body += exactly(size);
    exactly(2);
    if (size == 0) break;
  }
  return body;
}

std::string RawClient::receiveSome(std::size_t count) {
  if (buffer_.empty()) fill();
  return take(count);
}

std::string RawClient::receiveAll() {
  while (fill()) {
  }
  return take(buffer_.size());
}

bool RawClient::ended() {
  while (fill()) buffer_.clear();
  return errno != EAGAIN && errno != EWOULDBLOCK;
}

void RawClient::shutdownWrite() { ::shutdown(socket_.get(), SHUT_WR); }

void RawClient::reset() {
  const linger hard{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  socket_.reset();
}

ServerFixture::ServerFixture(std::function<void(ExchangePtr)> serve, ServerOptions options) {
  if (options.loops == 0) options.loops = 1;
  auto started = Server::start(
      options, [serve](EventLoop&) { return std::make_unique<LambdaHandler>(serve); }, observer);
  GLINT_CHECK(started, "the server starts");
  server = std::move(*started);
}

http::Response textResponse(int status, std::string body) {
  http::Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

}  // namespace glint::net::testing
