// For tests of the client: a loop that runs on the test's thread until a condition holds, a sink
// that records, a source that counts.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "net/client.h"
#include "net/event_loop.h"

namespace glint::net::testing {

// The byte at each offset of a long body, so that a lost, doubled or swapped piece shows.
inline char patternByte(std::uint64_t offset) { return static_cast<char>((offset * 31) % 251); }

inline std::string pattern(std::uint64_t offset, std::size_t count) {
  static const std::string period = [] {
    std::string bytes;
    for (std::uint64_t i = 0; i < 251 * 256; ++i) bytes += patternByte(i);
    return bytes;
  }();
  std::string bytes;
  bytes.reserve(count);
  while (bytes.size() < count) {
    bytes.append(period, (offset + bytes.size()) % 251, count - bytes.size());
  }
  return bytes;
}

class RecordingSink : public ResponseSink {
 public:
  enum class Keep { kText, kCountOnly };
  explicit RecordingSink(Keep keep = Keep::kText) : keep_(keep) {}

  void onHead(http::ResponseHead response_head) override {
    head = std::move(response_head);
    ++heads;
    if (on_head) on_head();
  }
  http::Flow onData(Slice slice) override {
    const auto text = slice.text();
    if (keep_ == Keep::kText) {
      body.append(text);
    } else {
      for (std::size_t i = 0; i < text.size(); i += 509) {
        intact = intact && text[i] == patternByte(bytes + i);
      }
    }
    bytes += text.size();
    ++pieces;
    return on_data ? on_data() : http::Flow::kContinue;
  }
  void onEnd() override {
    ++ends;
    if (on_over) on_over();
  }
  void onAbort(const Error& problem) override {
    error = problem;
    ++ends;
    if (on_over) on_over();
  }

  bool over() const { return ends > 0; }
  bool complete() const { return ends == 1 && !error; }

  std::optional<http::ResponseHead> head;
  std::string body;
  std::uint64_t bytes = 0;
  bool intact = true;
  int pieces = 0;
  int heads = 0;
  int ends = 0;
  std::optional<Error> error;
  std::function<void()> on_head = {};
  std::function<http::Flow()> on_data = {};
  std::function<void()> on_over = {};

 private:
  Keep keep_;
};

// The pattern, `length` bytes of it, in pieces; waits after each `burst` pieces until wake().
class PatternSource : public http::BodySource {
 public:
  explicit PatternSource(std::uint64_t length, std::size_t piece = 100000)
      : length_(length), piece_(piece) {}

  http::Pulled pull(std::uint64_t max_bytes) override {
    if (waiting) return {http::Pulled::State::kWait, {}};
    if (abort_at && pulled >= *abort_at) return {http::Pulled::State::kAbort, {}};
    if (pulled == length_) return {http::Pulled::State::kEnd, {}};
    if (on_pull) on_pull();
    const auto count =
        static_cast<std::size_t>(std::min({std::uint64_t{piece_}, length_ - pulled, max_bytes}));
    auto slice = Slice::of(pattern(pulled, count));
    pulled += count;
    waiting = wait_after_each;
    return {http::Pulled::State::kReady, std::move(slice)};
  }
  void setWake(std::function<void()> wake) override { wake_ = std::move(wake); }
  void wake() {
    waiting = false;
    if (wake_) wake_();
  }

  std::uint64_t pulled = 0;
  bool waiting = false;
  bool wait_after_each = false;
  std::optional<std::uint64_t> abort_at = {};
  std::function<void()> on_pull = {};

 private:
  const std::uint64_t length_;
  const std::size_t piece_;
  std::function<void()> wake_;
};

class ClientFixture {
 public:
  explicit ClientFixture(const ClientOptions& options = {})
      : loop(EventLoop::create().value()), client(Client::create(*loop, options).value()) {}

  // Runs `begin` on the loop, then the loop until `done()`. False: it did not hold within 20 s.
  bool runUntil(const std::function<bool()>& done, const std::function<void()>& begin = {}) {
    bool held = false;
    EventLoop::TimerPtr check;
    EventLoop::TimerPtr bound;
    loop->post([&] {
      if (begin) begin();
      check = loop->runEvery(std::chrono::milliseconds(1), [&] {
        if (!done()) return;
        held = true;
        check.reset();
        loop->stop();
      });
      bound = loop->runAfter(std::chrono::seconds(20), [&] { loop->stop(); });
    });
    loop->run();
    return held;
  }

  // One request to its end.
  std::shared_ptr<RecordingSink> get(ClientRequest request) {
    auto sink = std::make_shared<RecordingSink>();
    std::unique_ptr<Transfer> transfer;
    runUntil([&] { return sink->over(); },
             [&] { transfer = client->start(std::move(request), sink); });
    return sink;
  }
  std::shared_ptr<RecordingSink> get(std::string url) {
    return get(ClientRequest{.url = std::move(url)});
  }

  std::unique_ptr<EventLoop> loop;
  std::unique_ptr<Client> client;
};

}  // namespace glint::net::testing
