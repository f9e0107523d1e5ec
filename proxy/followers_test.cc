#include "proxy/followers.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

#include <catch2/catch.hpp>

#include "net/event_loop.h"

namespace glint::proxy {
namespace {

using namespace std::chrono_literals;

// Runs the loop until what was posted before has been done.
void settle(net::EventLoop& loop) {
  loop.post([&] { loop.stop(); });
  loop.run();
}

TEST_CASE("Followers: progress before they look wakes them once", "[proxy]") {
  auto loop = net::EventLoop::create().value();
  Followers followers;
  int woken = 0;
  const auto place = followers.join(*loop, [&] { ++woken; });
  CHECK(followers.count() == 1);
  for (int i = 0; i < 100; ++i) followers.wakeAll();
  settle(*loop);
  CHECK(woken == 1);
  followers.wakeAll();
  settle(*loop);
  CHECK(woken == 2);
}

TEST_CASE("Followers: who left is not woken, also when another's wake ends it", "[proxy]") {
  auto loop = net::EventLoop::create().value();
  Followers followers;
  int woken = 0;
  std::unique_ptr<Followers::Place> second;
  auto first = followers.join(*loop, [&] {
    ++woken;
    second.reset();
  });
  second = followers.join(*loop, [&] { woken += 100; });
  followers.wakeAll();
  settle(*loop);
  CHECK(woken == 1);
  CHECK(followers.count() == 1);
  first.reset();
  followers.wakeAll();
  settle(*loop);
  CHECK(woken == 1);
  CHECK(followers.count() == 0);
}

TEST_CASE("Followers: progress in small steps wakes once per pace, the last step included",
          "[proxy]") {
  auto loop = net::EventLoop::create().value();
  Followers followers;
  std::size_t woken = 0;
  std::size_t step = 0;
  const auto place = followers.join(*loop, [&] {
    ++woken;
    if (step == 50) loop->stop();
  });
  // Each step is its own round of the loop, so nothing but the pace can join them.
  std::function<void()> next = [&] {
    followers.wakeAll(Followers::Urgency::kPaced);
    if (++step < 50) loop->post(next);
  };
  const auto begun = std::chrono::steady_clock::now();
  loop->post(next);
  loop->run();
  const auto paces = (std::chrono::steady_clock::now() - begun) / Followers::kPace;
  CHECK(woken >= 1);
  CHECK(woken <= static_cast<std::size_t>(paces) + 2);
}

TEST_CASE("Followers: a change of state does not wait for the pace", "[proxy]") {
  auto loop = net::EventLoop::create().value();
  Followers followers;
  int woken = 0;
  const auto place = followers.join(*loop, [&] { ++woken; });
  followers.wakeAll(Followers::Urgency::kPaced);
  settle(*loop);
  followers.wakeAll();
  settle(*loop);
  CHECK(woken == 2);
}

TEST_CASE("Followers: no progress is missed by loops on other threads", "[proxy][threads]") {
  constexpr std::uint64_t kSteps = 20'000;
  Followers followers;
  std::atomic<std::uint64_t> published = 0;
  struct Reader {
    std::unique_ptr<net::EventLoop> loop = net::EventLoop::create().value();
    std::unique_ptr<Followers::Place> place;
    std::thread thread;
  };
  std::vector<Reader> readers(3);
  for (Reader& reader : readers) {
    reader.thread = std::thread([&] {
      reader.loop->post([&] {
        reader.place = followers.join(*reader.loop, [&] {
          if (published.load() == kSteps) {
            reader.place.reset();
            reader.loop->stop();
          }
        });
        if (published.load() == kSteps) followers.wakeAll();
      });
      reader.loop->run();
    });
  }
  for (std::uint64_t step = 1; step <= kSteps; ++step) {
    published = step;
    followers.wakeAll();
  }
  for (Reader& reader : readers) reader.thread.join();
  CHECK(followers.count() == 0);
}

}  // namespace
}  // namespace glint::proxy
