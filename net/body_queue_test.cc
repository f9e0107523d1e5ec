#include "net/body_queue.h"

#include <atomic>
#include <latch>
#include <string>
#include <thread>

#include <catch2/catch.hpp>

using glint::Error;
using glint::ErrorCode;
using glint::Slice;
using glint::http::Flow;
using glint::net::BodyQueue;

namespace {

Slice bytes(std::size_t count) { return Slice::of(std::string(count, 'x')); }

}  // namespace

TEST_CASE("BodyQueue: bytes come out in order, without a copy, then the end", "[net]") {
  auto queue = BodyQueue::create(1000, [] {});
  const Slice first = Slice::of("first");
  CHECK(queue->onData(first) == Flow::kContinue);
  CHECK(queue->onData(Slice::of("second")) == Flow::kContinue);
  queue->onEnd();
  auto got = queue->read();
  REQUIRE(got);
  CHECK(got->bytes().data() == first.bytes().data());
  CHECK(queue->read()->text() == "second");
  CHECK(queue->read()->empty());
  CHECK(queue->read()->empty());
}

TEST_CASE("BodyQueue: pauses at its limit, resumes once below half", "[net]") {
  int resumed = 0;
  auto queue = BodyQueue::create(100, [&] { ++resumed; });
  CHECK(queue->onData(bytes(60)) == Flow::kContinue);
  CHECK(queue->onData(bytes(30)) == Flow::kContinue);
  CHECK(queue->onData(bytes(20)) == Flow::kPause);
  CHECK(queue->waitingBytes() == 110);
  REQUIRE(queue->read());
  CHECK(resumed == 0);  // 50 wait: not below half
  REQUIRE(queue->read());
  CHECK(resumed == 1);
  REQUIRE(queue->read());
  CHECK(resumed == 1);
}

TEST_CASE("BodyQueue: an abort reaches a reader that waits, at once", "[net][threads]") {
  auto queue = BodyQueue::create(100, [] {});
  CHECK(queue->onData(bytes(10)) == Flow::kContinue);
  std::latch reading(1);
  std::jthread loop([&] {
    reading.wait();
    queue->onAbort(Error{ErrorCode::kCancelled, "client went away"});
  });
  REQUIRE(queue->read());
  reading.count_down();
  auto got = queue->read();
  REQUIRE_FALSE(got);
  CHECK(got.error().code == ErrorCode::kCancelled);
  CHECK_FALSE(queue->read());
}

TEST_CASE("BodyQueue: an abort after the end does not spoil a complete body", "[net]") {
  auto queue = BodyQueue::create(100, [] {});
  CHECK(queue->onData(bytes(10)) == Flow::kContinue);
  queue->onEnd();
  queue->onAbort(Error{ErrorCode::kCancelled, "client went away"});
  CHECK(queue->read()->size() == 10);
  CHECK(queue->read()->empty());
}

TEST_CASE("BodyQueue: closed, it lets the sender go on and keeps nothing", "[net]") {
  int resumed = 0;
  auto queue = BodyQueue::create(100, [&] { ++resumed; });
  CHECK(queue->onData(bytes(100)) == Flow::kPause);
  queue->close();
  CHECK(resumed == 1);
  CHECK(queue->waitingBytes() == 0);
  CHECK(queue->onData(bytes(1000)) == Flow::kContinue);
  CHECK(queue->waitingBytes() == 0);
  CHECK(queue->read().error().code == ErrorCode::kCancelled);
}

TEST_CASE("BodyQueue: a slow reader bounds what waits", "[net][threads]") {
  constexpr std::size_t kPiece = 1000;
  constexpr std::size_t kLimit = 10 * kPiece;
  constexpr std::size_t kPieces = 5000;
  std::atomic<bool> may_send = true;
  auto queue = BodyQueue::create(kLimit, [&] {
    may_send = true;
    may_send.notify_one();
  });
  std::atomic<std::uint64_t> most = 0;
  std::jthread loop([&] {
    for (std::size_t i = 0; i < kPieces; ++i) {
      may_send.wait(false);
      may_send = false;
      const bool go_on = queue->onData(bytes(kPiece)) == Flow::kContinue;
      most = std::max<std::uint64_t>(most, queue->waitingBytes());
      if (go_on) may_send = true;
    }
    queue->onEnd();
  });
  std::size_t total = 0;
  while (true) {
    auto got = queue->read();
    REQUIRE(got);
    if (got->empty()) break;
    total += got->size();
  }
  CHECK(total == kPieces * kPiece);
  CHECK(most <= kLimit);
}
