#include <catch2/catch.hpp>

#include "base/file.h"
#include "base/test_dir.h"
#include "ctl/commands.h"

using namespace glint;
using namespace glint::ctl;
using Catch::Matchers::Contains;

TEST_CASE("token: prints the token alone", "[ctl]") {
  TestDir dir;
  REQUIRE(writeFileAtomic(dir.file("admin-token"), "s3cret\n", 0600));
  Output output;
  CHECK(printToken(dir.path(), output) == 0);
  CHECK(output.out == "s3cret\n");
  Output json{.format = OutputFormat::kJson, .out = {}, .err = {}};
  CHECK(printToken(dir.path(), json) == 0);
  CHECK(json.out == "{\"file\":\"" + dir.file("admin-token") + "\",\"token\":\"s3cret\"}\n");
}

TEST_CASE("token: a missing or strange file is named", "[ctl]") {
  TestDir dir;
  Output missing;
  CHECK(printToken(dir.path(), missing) == 1);
  CHECK_THAT(missing.err, Contains("there is no " + dir.file("admin-token")));
  const std::string text =
      GENERATE(std::string(""), std::string("two words"), std::string("\x1B[2J"));
  REQUIRE(writeFileAtomic(dir.file("admin-token"), text));
  Output strange;
  CHECK(printToken(dir.path(), strange) == 1);
  CHECK_THAT(strange.err, Contains("does not hold a token"));
  CHECK(strange.out.empty());
}

TEST_CASE("config show: every option with its value and origin", "[ctl]") {
  TestDir dir;
  REQUIRE(writeFileAtomic(dir.file("f"), "[g]\nname = n\npassword = p\n"));
  std::string name;
  std::string password;
  bool flag = true;
  OptionTable table;
  table.group("g")
      .text("name", name, "")
      .secret("password", password, "")
      .boolean("flag", flag, "");
  const ConfigInputs inputs{
      .sources = {{ConfigSource::Kind::kFile, dir.file("f")}}, .overrides = {}, .environment = {}};
  Output output;
  CHECK(configShow(table, inputs, output) == 0);
  CHECK(output.out == "GROUP  OPTION    VALUE  FROM\ng      name      n      " + dir.file("f") +
                          ":2\ng      password  ***    " + dir.file("f") +
                          ":3\ng      flag      true   default\n");
  Output json{.format = OutputFormat::kJson, .out = {}, .err = {}};
  CHECK(configShow(table, inputs, json) == 0);
  CHECK_THAT(json.out,
             Contains(R"({"from":"default","group":"g","option":"flag","value":"true"})"));
}

TEST_CASE("config show: errors end with 2", "[ctl]") {
  TestDir dir;
  REQUIRE(writeFileAtomic(dir.file("f"), "[g]\nname = n\n"));
  OptionTable table;
  Output output;
  CHECK(configShow(table,
                   {.sources = {{ConfigSource::Kind::kFile, dir.file("f")}},
                    .overrides = {},
                    .environment = {}},
                   output) == 2);
  CHECK(output.err == "glintctl: " + dir.file("f") + ":2: [g]: unknown group (at name)\n");
}
