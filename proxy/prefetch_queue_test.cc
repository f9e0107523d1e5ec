#include "proxy/prefetch_queue.h"

#include <catch2/catch.hpp>

#include "base/test_dir.h"

namespace glint::proxy {
namespace {

using namespace std::chrono_literals;
using Again = PrefetchQueue::Again;
using State = PrefetchItem::State;

struct QueueFixture {
  TestDir dir;
  ManualClock clock;
  std::unique_ptr<PrefetchQueue> queue = open();

  std::unique_ptr<PrefetchQueue> open(std::size_t max_items = 10) {
    PrefetchQueue::Options options;
    options.retries = 2;
    options.retry_delay = 1s;
    options.longest_delay = 90s;
    options.max_items = max_items;
    return PrefetchQueue::open(dir.path() + "/prefetch", options, clock).value();
  }
  void reopen() {
    queue.reset();
    queue = open();
  }
  void add(const std::string& image, std::int32_t priority = 0) {
    clock.advance(1ms);
    REQUIRE(queue->add({image}, priority, "request"));
  }
  std::string order() const {
    std::string ids;
    for (const auto& item : queue->list()) ids += item.image.value;
    return ids;
  }
  std::string taken() {
    const auto item = queue->take();
    return item ? item->image.value : "";
  }
};

TEST_CASE("Prefetch queue: by priority, then by age", "[proxy][prefetch]") {
  QueueFixture f;
  f.add("a");
  f.add("b");
  f.add("c", 5);
  CHECK(f.order() == "cab");
  f.add("b", 7);  // raised
  f.add("c", 1);  // not lowered
  CHECK(f.order() == "bca");
  CHECK(f.taken() == "b");
  CHECK(f.taken() == "c");
  CHECK(f.taken() == "a");
  CHECK(f.taken().empty());
  CHECK(f.queue->contains({"b"}));
  CHECK_FALSE(f.queue->untilDue());
}

TEST_CASE("Prefetch queue: it survives a restart, with what ran then", "[proxy][prefetch]") {
  QueueFixture f;
  f.add("a");
  f.add("b", 3);
  f.add("c");
  CHECK(f.taken() == "b");
  CHECK(f.queue->remove({"c"}));
  CHECK_FALSE(f.queue->remove({"c"}));
  f.reopen();
  CHECK(f.order() == "ba");
  CHECK(f.queue->list()[0].reason == "request");
  CHECK(f.taken() == "b");
  f.queue->clear();
  f.reopen();
  CHECK(f.order().empty());
}

TEST_CASE("Prefetch queue: a failure is tried again, more and more seldom", "[proxy][prefetch]") {
  QueueFixture f;
  f.add("a");
  CHECK(f.queue->untilDue() == 0ms);
  CHECK(f.taken() == "a");
  f.queue->failed({"a"}, "no route", Again::kYes);
  CHECK(f.taken().empty());
  CHECK(f.queue->untilDue() == 1s);
  f.reopen();
  CHECK(f.queue->list()[0].last_error == "no route");
  f.clock.advance(1s);
  CHECK(f.taken() == "a");
  f.queue->failed({"a"}, "no route", Again::kYes);
  CHECK(f.queue->untilDue() == 2s);
  f.clock.advance(2s);
  CHECK(f.taken() == "a");
  f.queue->failed({"a"}, "gave up", Again::kYes);
  CHECK(f.queue->list()[0].state == State::kFailed);
  CHECK_FALSE(f.queue->contains({"a"}));
  CHECK_FALSE(f.queue->untilDue());
  f.add("a");  // asked for again: from the start
  CHECK(f.queue->list()[0].attempts == 0);
  CHECK(f.taken() == "a");
}

TEST_CASE("Prefetch queue: what cannot succeed is not tried again", "[proxy][prefetch]") {
  QueueFixture f;
  f.add("a");
  f.add("b", -1);
  CHECK(f.taken() == "a");
  f.queue->failed({"a"}, "no such image", Again::kNo);
  CHECK(f.order() == "ba");
  f.clock.advance(25h);
  f.add("c", -2);  // failures do not stay for ever
  CHECK(f.order() == "bc");
}

TEST_CASE("Prefetch queue: what is done leaves it, and is remembered", "[proxy][prefetch]") {
  QueueFixture f;
  f.add("a");
  CHECK(f.taken() == "a");
  f.queue->succeeded({"a"}, 17, 3s);
  CHECK(f.order().empty());
  REQUIRE(f.queue->recent().size() == 1);
  CHECK(f.queue->recent()[0].bytes == 17);
  CHECK(f.queue->recent()[0].reason == "request");
  f.reopen();
  CHECK(f.order().empty());
}

TEST_CASE("Prefetch queue: its length is bounded, and additions are told", "[proxy][prefetch]") {
  QueueFixture f;
  f.queue.reset();
  f.queue = f.open(2);
  int added = 0;
  f.queue->onAdded([&] { ++added; });
  f.add("a");
  f.add("b");
  CHECK(f.queue->add({"c"}, 0, "request").error().code == ErrorCode::kTooLarge);
  f.add("b");
  CHECK(added == 2);
}

}  // namespace
}  // namespace glint::proxy
