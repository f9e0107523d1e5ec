#include "cache/record_table.h"

#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

#include "base/test_dir.h"

namespace glint::cache {
namespace {

using Records = std::vector<RecordTable::Record>;

TEST_CASE("RecordTable: what was put is there after a restart", "[cache]") {
  TestDir dir;
  const std::string path = dir.path() + "/table";
  {
    auto opened = RecordTable::open(path);
    REQUIRE(opened);
    CHECK(opened->records.empty());
    REQUIRE(opened->table->put("b", "2"));
    REQUIRE(opened->table->put("a", "1"));
    REQUIRE(opened->table->put("c", "3"));
    REQUIRE(opened->table->put("b", std::string("two\0two", 7)));
    REQUIRE(opened->table->erase("c"));
    REQUIRE(opened->table->erase("never there"));
  }
  auto opened = RecordTable::open(path);
  REQUIRE(opened);
  CHECK(opened->records == Records{{"a", "1"}, {"b", std::string("two\0two", 7)}});
}

TEST_CASE("RecordTable: a table beyond reading is begun anew", "[cache]") {
  TestDir dir;
  const std::string path = dir.path() + "/table";
  REQUIRE(RecordTable::open(path)->table->put("a", "1"));
  std::ofstream(path + "/CURRENT") << "nonsense";
  auto opened = RecordTable::open(path);
  REQUIRE(opened);
  CHECK(opened->records.empty());
  CHECK(opened->table->put("b", "2"));
}

TEST_CASE("RecordTable: where no directory can be, there is an error", "[cache]") {
  TestDir dir;
  std::ofstream(dir.path() + "/file") << "x";
  CHECK_FALSE(RecordTable::open(dir.path() + "/file/table"));
}

}  // namespace
}  // namespace glint::cache
