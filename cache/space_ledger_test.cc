#include "cache/space_ledger.h"

#include <atomic>
#include <random>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

namespace glint::cache {
namespace {

TEST_CASE("SpaceLedger: a grant gives its space back", "[cache][space]") {
  auto ledger = SpaceLedger::create(100);
  {
    auto grant = ledger->reserve(60);
    REQUIRE(grant);
    CHECK(ledger->totals().reserved == 60);
    CHECK_FALSE(ledger->reserve(41));
    CHECK(ledger->reserve(40));
  }
  CHECK(ledger->totals().sum() == 0);
}

TEST_CASE("SpaceLedger: bytes move between uses and are never counted twice", "[cache][space]") {
  auto ledger = SpaceLedger::create(100);
  auto grant = ledger->reserve(30);
  REQUIRE(grant);
  CHECK(ledger->totals().unwritten == 30);
  grant->noteWritten(10);
  CHECK(ledger->totals().unwritten == 20);
  grant->noteWritten(50);  // written twice over
  CHECK(ledger->totals().unwritten == 0);
  grant->become(SpaceUse::kStored);
  CHECK(ledger->totals().stored == 30);
  CHECK(ledger->totals().reserved == 0);
  SpaceGrant moved = std::move(*grant);
  grant.reset();
  CHECK(ledger->totals().stored == 30);
  moved = SpaceGrant();
  CHECK(ledger->totals().sum() == 0);
}

TEST_CASE("SpaceLedger: what lies on disk is admitted beyond the capacity", "[cache][space]") {
  auto ledger = SpaceLedger::create(100);
  const SpaceGrant old = ledger->admit(SpaceUse::kStored, 150);
  CHECK(ledger->totals().stored == 150);
  CHECK_FALSE(ledger->reserve(0));
}

TEST_CASE("SpaceLedger: zero bytes and whole capacity fit, sums do not overflow",
          "[cache][space]") {
  auto ledger = SpaceLedger::create(100);
  const auto all = ledger->reserve(100);
  REQUIRE(all);
  CHECK(ledger->reserve(0));
  CHECK_FALSE(ledger->reserve(~0ull));
}

TEST_CASE("SpaceLedger: threads never exceed the capacity", "[cache][space][threads]") {
  auto ledger = SpaceLedger::create(1000);
  std::atomic<bool> exceeded = false;
  std::vector<std::jthread> threads;
  for (unsigned seed = 0; seed < 4; ++seed) {
    threads.emplace_back([&, seed] {
      std::mt19937 random(seed);
      std::vector<SpaceGrant> mine;
      for (int i = 0; i < 5000; ++i) {
        if (auto grant = ledger->reserve(random() % 200)) mine.push_back(std::move(*grant));
        if (!mine.empty() && random() % 2 == 0) mine.back().become(SpaceUse::kStored);
        if (!mine.empty() && random() % 3 == 0) mine.erase(mine.begin());
        if (ledger->totals().sum() > 1000) exceeded = true;
      }
    });
  }
  threads.clear();
  CHECK_FALSE(exceeded);
  CHECK(ledger->totals().sum() == 0);
  CHECK(ledger->totals().unwritten == 0);
}

}  // namespace
}  // namespace glint::cache
