#include "http/json.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace glint::http {
namespace {

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

}  // namespace

TEST_CASE("JSON: values come back as they were", "[http][json]") {
  for (const char* text : {"{}", "[]", "null", "1", "-1.5", "\"a\"", "{\"a\":{\"a\":[{\"a\":1}]}}",
                           "[18446744073709551615,-9223372036854775808]", "\"\xf0\x9f\x90\xa7\""}) {
    CAPTURE(text);
    const auto value = parseJson(text);
    REQUIRE(value);
    CHECK(dumpJson(*value) == text);
  }
  CHECK(dumpJson(*parseJson(" {\n\"b\" : 1,\t\"a\" : \"\\u00e4\\ud83d\\udc27\" } ")) ==
        "{\"a\":\"\xc3\xa4\xf0\x9f\x90\xa7\",\"b\":1}");
}

TEST_CASE("JSON: what is refused", "[http][json]") {
  using namespace std::string_literals;
  const auto text = GENERATE(values<std::string>({
      "",
      " ",
      "{",
      "\xef\xbb\xbf{}",
      "[1,]",
      "{\"a\":1,}",
      "{a:1}",
      "nul",
      "01",
      "+1",
      "NaN",
      "1e999",
      "{} {}",
      "[1]x",
      "\"a",
      "'a'",
      "\"\t\"",
      "\"\\x\"",
      "\"\\ud800\"",
      "\"\xff\"",
      "\"\xc0\x80\"",
      "\"a\\u0000b\"",
      "{\"\\u0000\":1}",
      "{\"a\":1,\"a\":1}",
      "[{\"a\":{\"b\":1,\"\\u0062\":2}}]",
      "[1]\0"s,
      "/* c */ 1",
      "\xEF\xBB\xBF{}",
      nested(33),
      nested(100000),
  }));
  CAPTURE(text.substr(0, 50));
  const auto value = parseJson(text);
  REQUIRE_FALSE(value);
  CHECK(value.error().code == ErrorCode::kInvalidArgument);
}

TEST_CASE("JSON: limits", "[http][json]") {
  CHECK(parseJson(nested(32)));
  CHECK(parseJson("[[]]", {.max_depth = 2}));
  CHECK_FALSE(parseJson("[[]]", {.max_depth = 1}));
  CHECK(parseJson("1234", {.max_bytes = 4}));
  const auto value = parseJson("12345", {.max_bytes = 4});
  REQUIRE_FALSE(value);
  CHECK(value.error().code == ErrorCode::kTooLarge);
}

TEST_CASE("JSON: malformed UTF-8 is replaced when written", "[http][json]") {
  CHECK(dumpJson(nlohmann::json("a\xff")) == "\"a\xef\xbf\xbd\"");
  CHECK(quoteJson("a\"\n\\") == "\"a\\\"\\n\\\\\"");
}

}  // namespace glint::http
