#include "base/clock.h"

#include <catch2/catch.hpp>

using namespace glint;

TEST_CASE("Clock: a manual one stands still until it is advanced", "[base]") {
  ManualClock clock;
  const auto steady = clock.steadyNow();
  const auto date = clock.systemNow();
  CHECK(clock.steadyNow() == steady);
  clock.advance(std::chrono::seconds(90));
  CHECK(clock.steadyNow() - steady == std::chrono::seconds(90));
  CHECK(clock.systemNow() - date == std::chrono::seconds(90));
}

TEST_CASE("Clock: the real one moves forward", "[base]") {
  const auto before = Clock::real().steadyNow();
  CHECK(Clock::real().steadyNow() >= before);
  CHECK(Clock::real().systemNow().time_since_epoch().count() > 0);
}
