#include "ctl/program_tables.h"

#include <catch2/catch.hpp>

#include "base/file.h"

using namespace glint;
using namespace glint::ctl;
using Catch::Matchers::Contains;

TEST_CASE("Program tables: every row has a help and loads without sources", "[ctl]") {
  const auto program = ProgramTable::create(GENERATE("origin", "edge"));
  for (const Option& row : program->table().rows()) {
    CAPTURE(row.group, row.key);
    CHECK_FALSE(row.help.empty());
    CHECK(row.help.back() == '.');
  }
  const auto outcome = program->table().load({});
  CHECK(outcome.errors.empty());
  CHECK(outcome.warnings.empty());
}

TEST_CASE("Program tables: every default can be read back", "[ctl]") {
  const auto program = ProgramTable::create(GENERATE("origin", "edge"));
  ConfigInputs inputs;
  for (const Option& row : program->table().rows())
    if (!row.default_text.empty())
      inputs.overrides.push_back({"--x", row.group, row.key, row.default_text});
  CHECK(program->table().load(inputs).errors.empty());
}

TEST_CASE("Program tables: the page in docs/ is the tables", "[ctl]") {
  const auto page = readFile(GLINT_SOURCE_DIR "/docs/configuration.md", 1 << 20);
  REQUIRE(page);
  // When this fails: build and run glint_docs.
  CHECK(*page == configurationPage());
}
