#include "net/event_loop.h"

#include <thread>
#include <vector>

#include <catch2/catch.hpp>

using glint::net::EventLoop;
using namespace std::chrono_literals;

TEST_CASE("EventLoop: tasks posted from other threads run on the loop thread, in order",
          "[net][threads]") {
  auto loop = EventLoop::create();
  REQUIRE(loop);
  std::vector<int> seen;
  bool on_loop = true;
  std::jthread poster([&] {
    for (int i = 0; i < 1000; ++i) {
      (*loop)->post([&, i] {
        on_loop = on_loop && (*loop)->onLoopThread();
        seen.push_back(i);
      });
    }
    (*loop)->stop();
  });
  (*loop)->run();
  CHECK(on_loop);
  REQUIRE(seen.size() == 1000);
  CHECK(std::is_sorted(seen.begin(), seen.end()));
  CHECK_FALSE((*loop)->onLoopThread());
}

TEST_CASE("EventLoop: a destroyed timer does not fire, and a timer may destroy itself", "[net]") {
  auto loop = EventLoop::create().value();
  int fired = 0;
  auto cancelled = loop->runAfter(0ms, [&] { fired += 100; });
  cancelled.reset();
  EventLoop::TimerPtr repeating;
  repeating = loop->runEvery(1ms, [&] {
    if (++fired == 3) {
      repeating.reset();
      loop->stop();
    }
  });
  loop->run();
  CHECK(fired == 3);
}

TEST_CASE("EventLoop: an exception in a task does not end the loop", "[net]") {
  auto loop = EventLoop::create().value();
  bool reached = false;
  loop->post([] { throw 1; });
  loop->post([&] {
    reached = true;
    loop->stop();
  });
  loop->run();
  CHECK(reached);
}
