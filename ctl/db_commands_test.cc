#include <filesystem>

#include <catch2/catch.hpp>

#include "base/test_dir.h"
#include "ctl/commands.h"
#include "origin/catalog/database_options.h"

using namespace glint;
using namespace glint::ctl;
using Catch::Matchers::Contains;

namespace {

struct DatabaseFixture {
  TestDir dir;
  Output output{.format = OutputFormat::kJson, .out = {}, .err = {}};
  origin::DatabaseOptions options() const {
    return {.connection = "sqlite:///" + dir.file("c.sqlite")};
  }
};

}  // namespace

TEST_CASE("db: an empty database is version 0, and is brought to the newest", "[ctl]") {
  DatabaseFixture f;
  CHECK(databaseVersion(f.options(), f.output) == 0);
  CHECK_THAT(f.output.out, Contains(R"("version":0)"));
  CHECK(databaseCheck(f.options(), f.output) == 1);
  CHECK_THAT(f.output.err, Contains("version 0") && Contains("glintctl db sync"));
  f.output.out.clear();
  CHECK(databaseSync(f.options(), f.output) == 0);
  CHECK_THAT(f.output.out, Contains(R"("before":0)"));
  CHECK(databaseCheck(f.options(), f.output) == 0);
  f.output.format = OutputFormat::kTable;
  CHECK(databaseSync(f.options(), f.output) == 0);
  CHECK_THAT(f.output.out, Contains("as it was"));
}

TEST_CASE("db: what works on rows wants the newest schema", "[ctl]") {
  DatabaseFixture f;
  CHECK(databasePurge(f.options(), {}, f.output) == 1);
  REQUIRE(databaseSync(f.options(), f.output) == 0);
  CHECK(databasePurge(f.options(), {}, f.output) == 0);
  CHECK_THAT(f.output.out, Contains(R"({"images":0,"rows":0})"));
}

TEST_CASE("db: a backup is a database, and never replaces a file", "[ctl]") {
  DatabaseFixture f;
  REQUIRE(databaseSync(f.options(), f.output) == 0);
  CHECK(databaseBackup(f.options(), f.dir.file("b.sqlite"), f.output) == 0);
  CHECK(databaseCheck({.connection = "sqlite:///" + f.dir.file("b.sqlite")}, f.output) == 0);
  CHECK(databaseBackup(f.options(), f.dir.file("b.sqlite"), f.output) == 1);
  CHECK_THAT(f.output.err, Contains("exists"));
}

TEST_CASE("db: a database that is none of Glance's is not taken over", "[ctl]") {
  DatabaseFixture f;
  REQUIRE(databaseSync(f.options(), f.output) == 0);
  CHECK(importGlance({.connection = "sqlite:///" + f.dir.file("t.sqlite")}, f.options().connection,
                     f.output) == 1);
  CHECK_THAT(f.output.err, Contains("no database of Glance"));
  CHECK(importGlance({.connection = "sqlite:///" + f.dir.file("t.sqlite")},
                     "sqlite:///" + f.dir.file("missing.sqlite"), f.output) == 1);
  CHECK_FALSE(std::filesystem::exists(f.dir.file("missing.sqlite")));
}
