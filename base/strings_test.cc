#include "base/strings.h"

#include <cstdint>

#include <catch2/catch.hpp>

using namespace glint;

TEST_CASE("Strings: trim removes blanks at both ends only", "[base]") {
  CHECK(trim(" \t a b \r\n") == "a b");
  CHECK(trim("   ").empty());
  CHECK(trimLeft(" a ") == "a ");
  CHECK(trimRight(" a ") == " a");
}

TEST_CASE("Strings: split keeps empty parts", "[base]") {
  CHECK(split("a,,b", ',') == std::vector<std::string_view>{"a", "", "b"});
  CHECK(split("", ',') == std::vector<std::string_view>{""});
  CHECK(split("a,", ',') == std::vector<std::string_view>{"a", ""});
}

TEST_CASE("Strings: case is folded for ASCII only", "[base]") {
  CHECK(iequals("X-Auth-Token", "x-auth-TOKEN"));
  CHECK_FALSE(iequals("abc", "abcd"));
  CHECK_FALSE(iequals("[", "{"));
  CHECK(asciiLower("ÄB") == "Äb");
  CHECK(asciiUpper("az09_") == "AZ09_");
}

TEST_CASE("Strings: integers are the whole text or nothing", "[base]") {
  CHECK(parseInteger<int>("42") == 42);
  CHECK(parseInteger<int>("-42") == -42);
  CHECK(parseInteger<std::uint64_t>("18446744073709551615") == UINT64_MAX);
  CHECK(parseInteger<unsigned>("ff", 16) == 255U);
  const auto* bad = GENERATE("", " 1", "1 ", "+1", "1x", "0x1", "99999999999999999999");
  CAPTURE(bad);
  CHECK_FALSE(parseInteger<std::int64_t>(bad));
  CHECK_FALSE(parseInteger<std::uint8_t>("256"));
  CHECK_FALSE(parseInteger<std::uint8_t>("-1"));
}

TEST_CASE("Strings: UTF-8 is well-formed or refused", "[base]") {
  struct Row {
    const char* text;
    std::size_t length;
  };
  const auto row = GENERATE(values<Row>({
      {"", 0},
      {"a", 1},
      {"é", 2},
      {"€", 3},
      {"😀", 4},
      {"\x80", 0},              // continuation alone
      {"\xC0\x80", 0},          // overlong NUL
      {"\xE0\x80\xAF", 0},      // overlong slash
      {"\xED\xA0\x80", 0},      // surrogate
      {"\xF4\x90\x80\x80", 0},  // beyond U+10FFFF
      {"\xE2\x82", 0},          // cut
      {"\xC3(", 0},
      {"\xF0\x9F\x98(", 0},
  }));
  CAPTURE(row.text);
  CHECK(utf8SequenceLength(row.text) == row.length);
  CHECK(validUtf8(row.text) == (row.length > 0 || *row.text == '\0'));
}
