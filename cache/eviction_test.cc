#include "cache/eviction.h"

#include <map>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

namespace glint::cache {
namespace {

struct Thing {
  std::uint64_t id = 0;
  std::uint64_t bytes = 0;
  bool held = false;
  EvictionQueue::Place place;
};

bool mayLeave(void* owner) { return !static_cast<Thing*>(owner)->held; }

struct Things {
  explicit Things(std::uint64_t capacity) : queue(capacity) {}
  Thing& add(std::uint64_t id, std::uint64_t bytes, bool known_good = false) {
    Thing& thing = all[id];
    thing = Thing{id, bytes, false, {}};
    thing.place = queue.insert(&thing, id, bytes, known_good);
    return thing;
  }
  // The id that left; 0: nothing may.
  std::uint64_t evictOne() {
    auto* thing = static_cast<Thing*>(queue.victim(mayLeave));
    if (thing == nullptr) return 0;
    const std::uint64_t id = thing->id;
    queue.remember(thing->place);
    queue.erase(thing->place);
    all.erase(id);
    return id;
  }
  EvictionQueue queue;
  std::map<std::uint64_t, Thing> all;
};

TEST_CASE("EvictionQueue: contents used once leave in the order they came", "[cache][eviction]") {
  Things things(100);
  for (std::uint64_t id = 1; id <= 3; ++id) things.add(id, 30);
  CHECK(things.evictOne() == 1);
  CHECK(things.evictOne() == 2);
  CHECK(things.evictOne() == 3);
  CHECK(things.evictOne() == 0);
}

TEST_CASE("EvictionQueue: a burst of contents used once spares what is used", "[cache][eviction]") {
  Things things(1000);
  Thing& loved = things.add(1, 100);
  EvictionQueue::use(loved.place);
  EvictionQueue::use(loved.place);
  for (std::uint64_t id = 2; id < 200; ++id) {
    things.add(id, 100);
    while (things.queue.bytes() > 1000) {
      const auto gone = things.evictOne();
      CHECK(gone != 1);
    }
  }
  CHECK(things.all.contains(1));
}

TEST_CASE("EvictionQueue: one that comes back soon is a ghost and enters the main queue",
          "[cache][eviction]") {
  Things things(100);
  things.add(1, 50);
  things.add(2, 50);
  CHECK(things.evictOne() == 1);
  CHECK(things.queue.isGhost(1));
  CHECK(things.add(1, 50).place->in_main);
  CHECK_FALSE(things.queue.isGhost(1));
  CHECK(things.evictOne() == 2);
}

TEST_CASE("EvictionQueue: what is held stays, whatever its place", "[cache][eviction]") {
  Things things(100);
  things.add(1, 40).held = true;
  things.add(2, 40, true).held = true;
  things.add(3, 20);
  CHECK(things.evictOne() == 3);
  CHECK(things.evictOne() == 0);
  things.all[2].held = false;
  CHECK(things.evictOne() == 2);
  things.all[1].held = false;
  CHECK(things.evictOne() == 1);
}

TEST_CASE("EvictionQueue: an unheld content of any history is found", "[cache][eviction]") {
  Things things(1000);
  for (std::uint64_t id = 1; id <= 20; ++id) {
    Thing& thing = things.add(id, 10, id % 2 == 0);
    for (std::uint64_t use = 0; use < id % 5; ++use) EvictionQueue::use(thing.place);
    thing.held = id != 17;
  }
  CHECK(things.evictOne() == 17);
}

// The queue against what must hold of it: bytes and count are those of the model, a victim is one
// of the model's and not held, and there is a victim whenever one is not held.
TEST_CASE("EvictionQueue: random operations agree with a model", "[cache][eviction][property]") {
  const unsigned seed = GENERATE(take(20, random(1u, 1u << 30)));
  CAPTURE(seed);
  std::mt19937 random(seed);
  Things things(500);
  std::uint64_t next = 1;
  const auto any = [&]() -> Thing& {
    return std::next(things.all.begin(), static_cast<long>(random() % things.all.size()))->second;
  };
  for (int step = 0; step < 2000; ++step) {
    switch (random() % 5) {
      case 0:
        if (things.all.size() < 40) {
          things.add(next, random() % 60);
          ++next;
        }
        break;
      case 1:
        if (!things.all.empty()) EvictionQueue::use(any().place);
        break;
      case 2:
        if (!things.all.empty()) any().held = random() % 2 == 0;
        break;
      case 3:
        if (!things.all.empty()) {
          const std::uint64_t id = any().id;
          things.queue.erase(things.all[id].place);
          things.all.erase(id);
        }
        break;
      default: {
        bool free = false;
        for (const auto& [id, thing] : things.all) free = free || !thing.held;
        auto* victim = static_cast<Thing*>(things.queue.victim(mayLeave));
        REQUIRE((victim != nullptr) == free);
        if (victim != nullptr) {
          REQUIRE_FALSE(victim->held);
          const std::uint64_t expected = victim->id;
          REQUIRE(things.evictOne() == expected);
        }
      }
    }
    std::uint64_t bytes = 0;
    for (const auto& [id, thing] : things.all) bytes += thing.bytes;
    REQUIRE(things.queue.bytes() == bytes);
    REQUIRE(things.queue.count() == things.all.size());
  }
}

}  // namespace
}  // namespace glint::cache
