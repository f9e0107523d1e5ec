#include "origin/identity/token_cache.h"

#include <catch2/catch.hpp>

namespace glint::origin {

using namespace std::chrono_literals;

TEST_CASE("TokenCache: an entry lives as long as it was given", "[identity]") {
  ManualClock clock;
  TokenCache cache(10, clock);
  const auto key = cache.keyOf("token", "");
  CHECK(key.find("token") == std::string::npos);
  CHECK_FALSE(cache.find(key));
  cache.put(key, {Caller{.user_id = "u"}}, 5s);
  CHECK(cache.find(key)->caller->user_id == "u");
  clock.advance(5s);
  CHECK_FALSE(cache.find(key));
  cache.put(key, {}, 0s);
  CHECK_FALSE(cache.find(key));
  cache.put(key, {}, 1s);
  CHECK_FALSE(cache.find(key)->caller);
}

TEST_CASE("TokenCache: the keys of two pairs of tokens differ", "[identity]") {
  const TokenCache cache(10, Clock::real());
  CHECK(cache.keyOf("ab", "c") != cache.keyOf("a", "bc"));
  CHECK(cache.keyOf("ab", "") != cache.keyOf("", "ab"));
  CHECK(cache.keyOf("ab", "") != TokenCache(10, Clock::real()).keyOf("ab", ""));
}

TEST_CASE("TokenCache: the one used longest ago makes room", "[identity]") {
  ManualClock clock;
  TokenCache cache(2, clock);
  cache.put("a", {}, 1s);
  cache.put("b", {}, 1s);
  CHECK(cache.find("a"));
  cache.put("c", {}, 1s);
  CHECK(cache.find("a"));
  CHECK_FALSE(cache.find("b"));
  CHECK(cache.find("c"));
  cache.put("c", {}, 1s);
  CHECK(cache.find("a"));
}

}  // namespace glint::origin
