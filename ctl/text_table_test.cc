#include "ctl/text_table.h"

#include <catch2/catch.hpp>

using namespace glint::ctl;

TEST_CASE("TextTable: columns are as wide as their widest cell", "[ctl]") {
  TextTable table({"NAME", ">SIZE", "NOTE"});
  table.add({"größer", "1", ""});
  table.add({"b", "1000", "x"});
  CHECK(table.text() ==
        "NAME    SIZE  NOTE\n"
        "größer     1\n"
        "b       1000  x\n");
}

TEST_CASE("TextTable: an empty one has its headings", "[ctl]") {
  TextTable table({"A", "B"});
  CHECK(table.empty());
  CHECK(table.text() == "A  B\n");
}

TEST_CASE("TextTable: foreign text cannot steer the terminal", "[ctl]") {
  CHECK(printable("a\x1B[2Jb\nc") == "a?[2Jb?c");
  CHECK(printable("\xC2\x9B"
                  "x\xFFy\x7F") == "?x?y?");
  CHECK(printable("größe €") == "größe €");
  TextTable table({"A"});
  table.add({"x\ny"});
  CHECK(table.text() == "A\nx?y\n");
}
