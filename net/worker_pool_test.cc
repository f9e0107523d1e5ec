#include "net/worker_pool.h"

#include <atomic>
#include <future>
#include <stdexcept>

#include <catch2/catch.hpp>

using glint::net::WorkerPool;

TEST_CASE("WorkerPool: its destructor finishes the jobs in line", "[net][threads]") {
  std::atomic<int> done = 0;
  {
    auto pool = WorkerPool::create({.threads = 3, .queue_limit = 1000});
    for (int i = 0; i < 500; ++i) REQUIRE(pool->trySubmit([&] { ++done; }));
  }
  CHECK(done == 500);
}

TEST_CASE("WorkerPool: more jobs than the queue holds are refused", "[net][threads]") {
  std::promise<void> started;
  std::promise<void> release;
  auto pool = WorkerPool::create({.threads = 1, .queue_limit = 2});
  REQUIRE(pool->trySubmit([&] {
    started.set_value();
    release.get_future().wait();
  }));
  started.get_future().wait();
  CHECK(pool->trySubmit([] {}));
  CHECK(pool->trySubmit([] {}));
  CHECK(pool->depth() == 2);
  CHECK_FALSE(pool->trySubmit([] {}));
  release.set_value();
}

TEST_CASE("WorkerPool: an exception ends its job only, and is counted", "[net][threads]") {
  std::atomic<int> exceptions = 0;
  std::atomic<int> done = 0;
  {
    auto pool = WorkerPool::create({.threads = 1, .on_exception = [&] { ++exceptions; }});
    REQUIRE(pool->trySubmit([] { throw std::runtime_error("provoked"); }));
    REQUIRE(pool->trySubmit([] { throw 1; }));
    REQUIRE(pool->trySubmit([&] { ++done; }));
  }
  CHECK(exceptions == 2);
  CHECK(done == 1);
}
