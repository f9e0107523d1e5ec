// A download client that costs little beside what it measures: one epoll loop, and bodies dropped
// inside the kernel (MSG_TRUNC), so the server's work shows and not the client's copying.
//
//   pull --port P --path /a[,/b…] [--connections N] [--requests N | --seconds S] [--token T]
//
// Each connection is kept alive and asks again until it has done its requests or the time is over.
// Prints one JSON object: bytes, seconds, requests, errors, cpu_seconds, ttfb and total (p50, p99,
// max, in seconds) and done, the moment each connection finished.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "base/handle.h"

namespace glint::bench {
namespace {

constexpr std::size_t kDropBytes = 4u << 20;
constexpr int kTurns = 32;  // reads in a row before another connection has its turn

struct Options {
  std::uint16_t port = 0;
  std::vector<std::string> paths;
  std::size_t connections = 1;
  std::uint64_t requests = 1;  // of each connection; 0: until the time is over
  double seconds = 0;
  std::string token;
};

struct Totals {
  std::uint64_t bytes = 0;
  std::uint64_t requests = 0;
  std::uint64_t errors = 0;
  std::string last_error;
  std::vector<double> ttfb;
  std::vector<double> total;
  std::vector<double> done;
};

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

enum class Step : std::uint8_t { kWait, kAgain, kOver };

class Connection {
 public:
  Connection(const Options& options, Totals& totals, std::size_t number, double begin)
      : options_(options), totals_(totals), number_(number), begin_(begin) {}

  bool open(int epoll);
  // Reads what there is. kAgain: more may be there, others first.
  Step advance(bool time_over);

 private:
  bool ask();
  Step readHead();
  Step readBody(bool time_over);
  Step finishRequest(bool time_over);
  Step fail(const std::string& why);

  const Options& options_;
  Totals& totals_;
  const std::size_t number_;
  const double begin_;
  UniqueFd fd_;
  std::string head_;
  bool in_body_ = false;
  std::uint64_t left_ = 0;
  std::uint64_t done_ = 0;
  double asked_at_ = 0;
};

bool Connection::open(int epoll) {
  fd_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  ::setsockopt(fd_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(options_.port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    fail(std::string("connect: ") + std::strerror(errno));
    return false;
  }
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = this;
  return ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd_.get(), &event) == 0 && ask();
}

bool Connection::ask() {
  const std::string& path = options_.paths[(number_ + done_) % options_.paths.size()];
  std::string request = "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n";
  if (!options_.token.empty()) request += "X-Auth-Token: " + options_.token + "\r\n";
  request += "\r\n";
  head_.clear();
  in_body_ = false;
  asked_at_ = now();
  const auto size = static_cast<ssize_t>(request.size());
  if (::send(fd_.get(), request.data(), request.size(), MSG_NOSIGNAL) == size) return true;
  fail("request not sent");
  return false;
}

Step Connection::fail(const std::string& why) {
  ++totals_.errors;
  totals_.last_error = why;
  fd_.reset();
  return Step::kOver;
}

Step Connection::advance(bool time_over) {
  for (int turn = 0; turn < kTurns; ++turn) {
    const Step step = in_body_ ? readBody(time_over) : readHead();
    if (step != Step::kAgain) return step;
    if (in_body_ && left_ == 0) {
      if (finishRequest(time_over) == Step::kOver) return Step::kOver;
    }
  }
  return Step::kAgain;
}

Step Connection::readHead() {
  std::array<char, 2048> part{};
  const ssize_t got = ::recv(fd_.get(), part.data(), part.size(), MSG_DONTWAIT);
  if (got < 0 && errno == EAGAIN) return Step::kWait;
  if (got <= 0) return fail("closed in the head of an answer");
  if (head_.empty()) totals_.ttfb.push_back(now() - asked_at_);
  head_.append(part.data(), static_cast<std::size_t>(got));
  const auto end = head_.find("\r\n\r\n");
  if (end == std::string::npos) return Step::kAgain;
  std::string lower = head_.substr(0, end + 2);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 32) : c; });
  if (!lower.starts_with("http/1.1 20")) return fail(head_.substr(0, lower.find("\r\n")));
  constexpr std::string_view kLength = "\r\ncontent-length:";
  const auto length = lower.find(kLength);
  if (length == std::string::npos) return fail("no Content-Length");
  left_ = std::strtoull(lower.c_str() + length + kLength.size(), nullptr, 10);
  const std::uint64_t extra = head_.size() - end - 4;
  if (extra > left_) return fail("more than Content-Length");
  left_ -= extra;
  totals_.bytes += extra;
  in_body_ = true;
  return Step::kAgain;
}

Step Connection::readBody(bool time_over) {
  static std::vector<char> unused(kDropBytes);  // MSG_TRUNC: nothing is written to it
  const ssize_t got = ::recv(fd_.get(), unused.data(), std::min<std::uint64_t>(left_, kDropBytes),
                             MSG_TRUNC | MSG_DONTWAIT);
  if (got < 0 && errno == EAGAIN) return Step::kWait;
  if (got <= 0) return fail("body cut short, " + std::to_string(left_) + " bytes missing");
  left_ -= static_cast<std::uint64_t>(got);
  totals_.bytes += static_cast<std::uint64_t>(got);
  if (options_.requests == 0 && time_over) return Step::kOver;
  return Step::kAgain;
}

Step Connection::finishRequest(bool time_over) {
  totals_.total.push_back(now() - asked_at_);
  ++totals_.requests;
  ++done_;
  const bool more = options_.requests == 0 ? !time_over : done_ < options_.requests;
  if (more) return ask() ? Step::kAgain : Step::kOver;
  totals_.done.push_back(now() - begin_);
  fd_.reset();
  return Step::kOver;
}

std::size_t openAll(std::vector<Connection>& connections, int epoll) {
  std::size_t open = 0;
  for (Connection& connection : connections) open += connection.open(epoll) ? 1 : 0;
  return open;
}

void drive(const Options& options, Totals& totals, double begin) {
  const UniqueFd epoll(::epoll_create1(EPOLL_CLOEXEC));
  std::vector<Connection> connections;
  for (std::size_t i = 0; i < options.connections; ++i) {
    connections.emplace_back(options, totals, i, begin);
  }
  std::size_t open = openAll(connections, epoll.get());
  std::array<epoll_event, 64> events{};
  while (open > 0) {
    const int ready = ::epoll_wait(epoll.get(), events.data(), events.size(), 100);
    const bool time_over = options.requests == 0 && now() - begin >= options.seconds;
    if (time_over && ready == 0) break;
    for (int i = 0; i < ready; ++i) {
      auto* connection = static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
      if (connection->advance(time_over) == Step::kOver) --open;
    }
    if (time_over) break;
  }
}

double percentile(std::vector<double>& values, double part) {
  if (values.empty()) return -1;
  std::sort(values.begin(), values.end());
  const auto rank = static_cast<std::size_t>(std::ceil(part * static_cast<double>(values.size())));
  return values[std::clamp<std::size_t>(rank, 1, values.size()) - 1];
}

void printTimes(const char* name, std::vector<double>& values) {
  std::printf("\"%s_p50\": %.6f, \"%s_p99\": %.6f, \"%s_max\": %.6f, ", name,
              percentile(values, 0.5), name, percentile(values, 0.99), name, percentile(values, 1));
}

void print(Totals& totals, double seconds) {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto cpu = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  std::printf("{\"bytes\": %llu, \"seconds\": %.6f, \"requests\": %llu, \"errors\": %llu, ",
              static_cast<unsigned long long>(totals.bytes), seconds,
              static_cast<unsigned long long>(totals.requests),
              static_cast<unsigned long long>(totals.errors));
  std::printf("\"cpu_seconds\": %.4f, ", cpu(usage.ru_utime) + cpu(usage.ru_stime));
  printTimes("ttfb", totals.ttfb);
  printTimes("total", totals.total);
  for (char& c : totals.last_error) {
    if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  std::printf("\"last_error\": \"%s\", \"done\": [", totals.last_error.c_str());
  for (std::size_t i = 0; i < totals.done.size(); ++i) {
    std::printf("%s%.6f", i == 0 ? "" : ", ", totals.done[i]);
  }
  std::printf("]}\n");
}

bool parse(int argc, char** argv, Options& options) {
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    const std::string value = argv[i + 1];
    if (name == "--port") {
      options.port = static_cast<std::uint16_t>(std::atoi(value.c_str()));
    } else if (name == "--path") {
      for (std::size_t at = 0; at <= value.size();) {
        const std::size_t end = std::min(value.find(',', at), value.size());
        options.paths.push_back(value.substr(at, end - at));
        at = end + 1;
      }
    } else if (name == "--connections") {
      options.connections = std::strtoull(value.c_str(), nullptr, 10);
    } else if (name == "--requests") {
      options.requests = std::strtoull(value.c_str(), nullptr, 10);
    } else if (name == "--seconds") {
      options.seconds = std::strtod(value.c_str(), nullptr);
      options.requests = 0;
    } else if (name == "--token") {
      options.token = value;
    } else {
      return false;
    }
  }
  return argc % 2 == 1 && options.port != 0 && !options.paths.empty();
}

}  // namespace
}  // namespace glint::bench

int main(int argc, char** argv) {
  using namespace glint::bench;
  Options options;
  if (!parse(argc, argv, options)) {
    std::fputs(
        "usage: pull --port P --path /a[,/b...] [--connections N] "
        "[--requests N | --seconds S] [--token T]\n",
        stderr);
    return 2;
  }
  Totals totals;
  const double begin = now();
  drive(options, totals, begin);
  print(totals, now() - begin);
  return 0;
}
