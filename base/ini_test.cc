#include "base/ini.h"

#include <catch2/catch.hpp>

using namespace glint;

namespace {

// The value of the only entry, or the error.
std::string parsed(std::string_view text) {
  const auto entries = parseIni(text, "f");
  if (!entries) return "error " + entries.error().message;
  return entries->empty() ? "nothing" : entries->back().value;
}

}  // namespace

TEST_CASE("Ini: values as the reference reads them", "[ini]") {
  struct Row {
    const char* text;
    const char* value;
  };
  const auto row = GENERATE(values<Row>({
      {"[g]\nk = v", "v"},
      {"[g]\nk=v\n", "v"},
      {"[g]\r\nk: v\r\n", "v"},
      {"[g]\rk: v\r", "v"},
      {"[g]\nk = a:b", "a:b"},
      {"[g]\nk : a=b", "a=b"},
      {"[g]\nk =", ""},
      {"[g]\nk =   ", ""},
      {"[g]\nk = v # x", "v # x"},
      {"[g]\nk = v\n# comment\n; comment", "v"},
      {"[g]\nk = v\n  w", "v\nw"},
      {"[g]\nk = v\n\tw\n x y  ", "v\nw\nx y"},
      {"[g]\nk =\n  w", "\nw"},
      {"[g]\nk = v\n  # not a comment", "v\n# not a comment"},
      {"[g]\nk = 'v'", "v"},
      {"[g]\nk = \" v \"", " v "},
      {"[g]\nk = 'a' and 'b'", "a' and 'b"},
      {"[g]\nk = 'v\"", "'v\""},
      {"[g]\nk = '", ""},
      {"[g]\nk = ''", ""},
      {"[g]\nk = größe", "größe"},
      {"", "nothing"},
      {"[g]", "nothing"},
      {"# only\n\n;comments", "nothing"},
  }));
  CAPTURE(row.text);
  CHECK(parsed(row.text) == row.value);
}

TEST_CASE("Ini: errors name file, line and the line", "[ini]") {
  struct Row {
    const char* text;
    const char* message;
  };
  const auto row = GENERATE(values<Row>({
      {"k = v", "f:1: a value before the first [group]: k = v"},
      {"[g]\nword", "f:2: neither '=' nor ':', so not a 'key = value': word"},
      {"[g]\n = v", "f:2: a continuation line without a value before it:  = v"},
      {"[g]\n= v", "f:2: a value without a key: = v"},
      {"[g", "f:1: a group must end with ']': [g"},
      {"[g] x", "f:1: a group must end with ']': [g] x"},
      {"[]", "f:1: a group without a name: []"},
      {"[", "f:1: a group must end with ']': ["},
      {"[g]\n\n x", "f:3: a continuation line without a value before it:  x"},
      {"[g]\nk = v\n\n x", "f:4: a continuation line without a value before it:  x"},
      {"[g]\nk = v\n# c\n x", "f:4: a continuation line without a value before it:  x"},
      {"[g]\nk = \xFF", "f:2: not UTF-8"},
  }));
  CAPTURE(row.text);
  CHECK(parsed(row.text) == std::string("error ") + row.message);
}

TEST_CASE("Ini: groups are told, also those without entries", "[ini]") {
  std::vector<IniGroup> groups;
  REQUIRE(parseIni("[a]\n\n[b.*[c]]\nk = v\n[a]\n", "f", &groups));
  REQUIRE(groups.size() == 3);
  CHECK(groups[1].name == "b.*[c]");
  CHECK(groups[1].line == 3);
  CHECK(groups[2].name == "a");
}

TEST_CASE("Ini: entries keep group, key, line and order", "[ini]") {
  const auto entries = parseIni("[DEFAULT]\n\na = 1\na = 2\n[G2]\nb = x\n y\n[DEFAULT]\nc: 3", "f");
  REQUIRE(entries);
  REQUIRE(entries->size() == 4);
  CHECK((*entries)[1].value == "2");
  CHECK((*entries)[1].line == 4);
  CHECK((*entries)[2].group == "G2");
  CHECK((*entries)[2].line == 6);
  CHECK((*entries)[3].group == "DEFAULT");
  CHECK((*entries)[3].key == "c");
}

TEST_CASE("Ini: a group of a long line is shown cut", "[ini]") {
  const std::string message = parsed("[g]\n" + std::string(10'000, 'x'));
  CHECK(message.size() < 400);
}

TEST_CASE("Ini: groups compare without case, DEFAULT as itself", "[ini]") {
  CHECK(normalizedGroup("Glance_Store") == "glance_store");
  CHECK(normalizedGroup("DEFAULT") == "DEFAULT");
  CHECK(normalizedGroup("Default") == "default");
}
