#include "http/headers.h"

#include <catch2/catch.hpp>

#include "http/method.h"

namespace glint::http {

TEST_CASE("HeaderMap: names compare without case, order is kept", "[http][headers]") {
  HeaderMap map;
  map.add("Accept", "a");
  map.add("X-One", "1");
  map.add("ACCEPT", "b");
  CHECK(map.get("accept") == "a");
  CHECK(map.count("Accept") == 2);
  CHECK(map.get("Acceptt") == std::nullopt);
  map.set("accept", "c");
  CHECK(map.count("accept") == 1);
  CHECK((map.end() - 1)->second == "c");
  map.remove("x-one");
  CHECK(map.size() == 1);
}

TEST_CASE("HeaderMap: tokens of list fields", "[http][headers]") {
  HeaderMap map;
  map.add("Connection", "keep-alive , Upgrade");
  map.add("connection", "x-close");
  CHECK(map.hasToken("Connection", "upgrade"));
  CHECK(map.hasToken("CONNECTION", "Keep-Alive"));
  CHECK_FALSE(map.hasToken("Connection", "close"));
  CHECK_FALSE(map.hasToken("Other", "close"));
}

TEST_CASE("Method: tokens are case-sensitive", "[http]") {
  for (const auto method : {Method::kGet, Method::kHead, Method::kPost, Method::kPut,
                            Method::kPatch, Method::kDelete, Method::kOptions}) {
    CHECK(parseMethod(toString(method)) == method);
  }
  CHECK(parseMethod("get") == Method::kOther);
  CHECK(parseMethod("OTHER") == Method::kOther);
}

}  // namespace glint::http
