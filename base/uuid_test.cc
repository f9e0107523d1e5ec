#include "base/uuid.h"

#include <set>

#include <catch2/catch.hpp>

using namespace glint;

TEST_CASE("Uuid: made ones are random version 4 ones, and differ", "[base]") {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = makeUuid();
    REQUIRE(looksLikeUuid(id));
    REQUIRE(id[14] == '4');
    REQUIRE(std::string("89ab").find(id[19]) != std::string::npos);
    REQUIRE(seen.insert(id).second);
  }
}

TEST_CASE("Uuid: the form is checked", "[base]") {
  CHECK(looksLikeUuid("B2173DD3-7AD6-4362-BAA6-A68BCE3565CB"));
  const auto* bad =
      GENERATE("", "b2173dd3-7ad6-4362-baa6-a68bce3565c", "b2173dd3-7ad6-4362-baa6-a68bce3565cbb",
               "b2173dd37ad6-4362-baa6-a68bce3565cbab", "g2173dd3-7ad6-4362-baa6-a68bce3565cb",
               "b2173dd3-7ad6-4362-baa6-a68bce35-5cb");
  CAPTURE(bad);
  CHECK_FALSE(looksLikeUuid(bad));
}
