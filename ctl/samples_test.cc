#include "ctl/samples.h"

#include <catch2/catch.hpp>

using namespace glint::ctl;

TEST_CASE("Samples: names, labels and values are read", "[ctl]") {
  const auto samples = parseSamples(
      "# HELP a Help.\n# TYPE a counter\n"
      "a 1\n"
      "b{x=\"1\",y=\"q\\\"\\\\\\n\"} 2.5e3\n"
      "c{} 3 1700000000\n"
      "d +Inf\n"
      "e{x=\"1\" 4\n"
      "f{x} 5\n"
      "g\n"
      "h x\n\n");
  REQUIRE(samples.size() == 4);
  CHECK(samples[0].name == "a");
  CHECK(samples[1].labels.at("y") == "q\"\\\n");
  CHECK(samples[1].value == 2500);
  CHECK(samples[2].value == 3);
  CHECK(samples[3].name == "d");
}

TEST_CASE("Samples: sums over the series that carry the labels", "[ctl]") {
  const auto samples =
      parseSamples("a{x=\"1\",y=\"1\"} 1\na{x=\"1\",y=\"2\"} 2\na{x=\"2\",y=\"1\"} 4\n");
  CHECK(sumOf(samples, "a") == 7.0);
  CHECK(sumOf(samples, "a", {{"x", "1"}}) == 3.0);
  CHECK(sumOf(samples, "a", {{"x", "1"}, {"y", "2"}}) == 2.0);
  CHECK_FALSE(sumOf(samples, "a", {{"z", "1"}}));
  CHECK_FALSE(sumOf(samples, "b"));
}
