// The origin of the benchmarks: as much of the Images API as a cache asks for, plain sendfile, one
// thread per connection, so that it is not what is measured.
//
//   bench_origin PORT
//
//   GET|HEAD /v2/images/{id}        the record, with right digests
//   GET|HEAD /v2/images/{id}/file   the bytes; one Range
//   GET /bench/new?size=N&sparse=0  makes an image; answers its id
//   GET /bench/stats?id=ID          {"requests":…, "bytes":…} of the data route
//   GET /bench/link?rate=B&delay_ms=M   one link for all connections, in bytes/s (0: no limit), and
//                                       a delay before every answer of the API
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "bench/src/bench_content.h"

namespace glint::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kFastPiece = 2u << 20;    // one sendfile, no limit
constexpr std::uint64_t kPacedPiece = 64u << 10;  // one sendfile on the limited link
constexpr std::size_t kMaxHead = 16u << 10;

// One link that all connections share: each piece moves the time from which it is free.
class Link {
 public:
  void set(std::uint64_t bytes_per_second, std::uint64_t delay_ms) {
    rate_ = bytes_per_second;
    delay_ms_ = delay_ms;
  }
  bool limited() const { return rate_ != 0; }
  void delay() const { std::this_thread::sleep_for(std::chrono::milliseconds(delay_ms_)); }
  void take(std::uint64_t bytes) {
    Clock::time_point until;
    {
      std::lock_guard lock(mu_);
      // A sleeper that woke late may catch up by this much.
      free_from_ = std::max(free_from_, Clock::now() - std::chrono::milliseconds(4));
      free_from_ += std::chrono::nanoseconds(bytes * 1'000'000'000ull / rate_);
      until = free_from_;
    }
    std::this_thread::sleep_until(until);
  }

 private:
  std::atomic<std::uint64_t> rate_{0};
  std::atomic<std::uint64_t> delay_ms_{0};
  std::mutex mu_;
  Clock::time_point free_from_{};
};

struct Request {
  std::string method;
  std::string path;
  std::string query;
  std::string range;
  bool close = false;
};

std::uint64_t number(std::string_view text, std::uint64_t otherwise = 0) {
  std::uint64_t value = otherwise;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string_view parameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    if (pair.starts_with(name) && pair.size() > name.size() && pair[name.size()] == '=') {
      return pair.substr(name.size() + 1);
    }
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return {};
}

bool sendAll(int fd, std::string_view bytes, int flags = 0) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), flags | MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool sendText(int fd, const Request& request, std::string_view status, std::string_view body) {
  std::string answer =
      "HTTP/1.1 " + std::string(status) +
      "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
      "\r\n\r\n";
  if (request.method != "HEAD") answer += body;
  return sendAll(fd, answer);
}

std::string recordOf(const BenchImage& image) {
  return R"({"id":")" + image.id + R"(","name":"bench","status":"active","visibility":"public",)" +
         R"("protected":false,"os_hidden":false,"owner":"bench","disk_format":"raw",)" +
         R"("container_format":"bare","min_disk":0,"min_ram":0,"virtual_size":null,"tags":[],)" +
         R"("created_at":"2024-01-01T00:00:00Z","updated_at":"2024-01-01T00:00:00Z",)" +
         R"("size":)" + std::to_string(image.size) + R"(,"checksum":")" + image.md5 +
         R"(","os_hash_algo":"sha512","os_hash_value":")" + image.sha512 +
         R"(","self":"/v2/images/)" + image.id + R"(","file":"/v2/images/)" + image.id +
         R"(/file","schema":"/v2/schemas/image"})";
}

class Origin {
 public:
  void serve(int fd);

 private:
  bool answer(int fd, const Request& request);
  bool control(int fd, const Request& request);
  bool sendFile(int fd, const Request& request, const BenchImage& image);
  bool sendBytes(int fd, const BenchImage& image, std::uint64_t from, std::uint64_t to);

  BenchContent content_;
  Link link_;
};

// The next request head on the connection. False: the client is done.
bool readRequest(int fd, std::string& buffer, Request& request) {
  std::size_t end = std::string::npos;
  while ((end = buffer.find("\r\n\r\n")) == std::string::npos) {
    std::array<char, 4096> part{};
    const ssize_t got = ::recv(fd, part.data(), part.size(), 0);
    if (got <= 0 || buffer.size() > kMaxHead) return false;
    buffer.append(part.data(), static_cast<std::size_t>(got));
  }
  const std::string head = buffer.substr(0, end + 2);
  buffer.erase(0, end + 4);
  const auto first = head.find(' ');
  const auto second = head.find(' ', first + 1);
  if (second == std::string::npos) return false;
  const std::string target = head.substr(first + 1, second - first - 1);
  const auto question = std::min(target.find('?'), target.size());
  request = Request{head.substr(0, first), target.substr(0, question), {}, {}, false};
  if (question < target.size()) request.query = target.substr(question + 1);
  for (std::size_t line = head.find("\r\n"); line + 2 < head.size();) {
    const std::size_t next = head.find("\r\n", line + 2);
    const std::string text = head.substr(line + 2, next - line - 2);
    const auto colon = std::min(text.find(':'), text.size());
    std::string name = text.substr(0, colon);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 32) : c; });
    const auto start = text.find_first_not_of(" \t", colon + 1);
    const std::string value = start == std::string::npos ? "" : text.substr(start);
    if (name == "range") request.range = value;
    if (name == "connection") request.close = value == "close";
    line = next;
  }
  return true;
}

void Origin::serve(int fd) {
  const UniqueFd owner(fd);
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  std::string buffer;
  Request request;
  while (readRequest(fd, buffer, request) && answer(fd, request) && !request.close) {
  }
}

bool Origin::answer(int fd, const Request& request) {
  if (request.path.starts_with("/bench/")) return control(fd, request);
  link_.delay();
  constexpr std::string_view kImages = "/v2/images/";
  if (request.path == "/" || request.path == "/versions") {
    return sendText(fd, request, request.path == "/" ? "300 Multiple Choices" : "200 OK",
                    R"({"versions":[{"id":"v2.9","status":"CURRENT","links":[{"rel":"self",)"
                    R"("href":"http://127.0.0.1/v2/"}]}]})");
  }
  if (!request.path.starts_with(kImages)) return sendText(fd, request, "404 Not Found", "{}");
  std::string id = request.path.substr(kImages.size());
  const bool data = id.ends_with("/file");
  if (data) id.resize(id.size() - 5);
  const auto image = content_.find(id);
  if (!image) return sendText(fd, request, "404 Not Found", "{}");
  return data ? sendFile(fd, request, *image) : sendText(fd, request, "200 OK", recordOf(*image));
}

bool Origin::control(int fd, const Request& request) {
  const std::string_view query = request.query;
  if (request.path == "/bench/new") {
    const bool sparse = parameter(query, "sparse") == "1";
    return sendText(fd, request, "200 OK",
                    content_.create(number(parameter(query, "size")), sparse).id);
  }
  if (request.path == "/bench/link") {
    link_.set(number(parameter(query, "rate")), number(parameter(query, "delay_ms")));
    return sendText(fd, request, "200 OK", "{}");
  }
  const auto image = content_.find(std::string(parameter(query, "id")));
  if (!image) return sendText(fd, request, "404 Not Found", "{}");
  return sendText(fd, request, "200 OK",
                  "{\"requests\":" + std::to_string(image->requests) +
                      ",\"bytes\":" + std::to_string(image->bytes_sent) + "}");
}

// "bytes=a-b", "bytes=a-" and "bytes=-n"; false: not satisfiable.
bool parseRange(std::string_view range, std::uint64_t size, std::uint64_t& from,
                std::uint64_t& to) {
  range.remove_prefix(std::string_view("bytes=").size());
  const auto dash = range.find('-');
  if (dash == std::string_view::npos) return false;
  if (dash == 0) {
    from = size - std::min(size, number(range.substr(1)));
  } else {
    from = number(range);
    to = std::min(size, number(range.substr(dash + 1), size - 1) + 1);
  }
  return from < to;
}

bool Origin::sendFile(int fd, const Request& request, const BenchImage& image) {
  std::uint64_t from = 0;
  std::uint64_t to = image.size;
  const bool part = request.range.starts_with("bytes=");
  if (part && !parseRange(request.range, image.size, from, to)) {
    return sendText(fd, request, "416 Range Not Satisfiable", "{}");
  }
  std::string head = part ? "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes " +
                                std::to_string(from) + "-" + std::to_string(to - 1) + "/" +
                                std::to_string(image.size) + "\r\n"
                          : "HTTP/1.1 200 OK\r\nContent-MD5: " + image.md5 + "\r\n";
  head += "Content-Type: application/octet-stream\r\nAccept-Ranges: bytes\r\nETag: \"" +
          image.sha512.substr(0, 32) + "\"\r\nContent-Length: " + std::to_string(to - from) +
          "\r\n\r\n";
  if (!sendAll(fd, head, MSG_MORE)) return false;
  if (request.method == "HEAD") return true;
  content_.count(image.id, 1, 0);
  return sendBytes(fd, image, from, to);
}

bool Origin::sendBytes(int fd, const BenchImage& image, std::uint64_t from, std::uint64_t to) {
  const std::uint64_t tail_begin = image.size - image.tail.size();
  while (from < std::min(to, tail_begin)) {
    const std::uint64_t most = link_.limited() ? kPacedPiece : kFastPiece;
    const std::uint64_t wanted =
        std::min({most, std::min(to, tail_begin) - from, kBaseBytes - from % kBaseBytes});
    if (link_.limited()) link_.take(wanted);
    auto offset = static_cast<off_t>(from % kBaseBytes);
    const ssize_t sent = ::sendfile(fd, content_.file(image.sparse), &offset, wanted);
    if (sent <= 0) return false;
    content_.count(image.id, 0, static_cast<std::uint64_t>(sent));
    from += static_cast<std::uint64_t>(sent);
  }
  if (from >= to) return true;
  if (!sendAll(fd, std::string_view(image.tail).substr(from - tail_begin, to - from))) return false;
  content_.count(image.id, 0, to - from);
  return true;
}

int run(std::uint16_t port) {
  ::signal(SIGPIPE, SIG_IGN);
  const UniqueFd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  ::setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener.get(), 1024) != 0) {
    std::perror("listen");
    return 1;
  }
  static Origin origin;
  for (;;) {
    const int fd = ::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC);
    if (fd >= 0) std::thread([fd] { origin.serve(fd); }).detach();
  }
}

}  // namespace
}  // namespace glint::bench

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: bench_origin PORT\n", stderr);
    return 2;
  }
  return glint::bench::run(static_cast<std::uint16_t>(std::atoi(argv[1])));
}
