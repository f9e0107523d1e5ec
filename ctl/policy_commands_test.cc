#include <catch2/catch.hpp>

#include "base/file.h"
#include "base/test_dir.h"
#include "ctl/commands.h"
#include "origin/policy/live_policy.h"

using namespace glint;
using namespace glint::ctl;
using Catch::Matchers::Contains;

namespace {

PolicyQuestion readerOfP() {
  PolicyQuestion question;
  question.user = "u";
  question.project = "p";
  question.roles = {"Reader"};
  question.owner = "p";
  return question;
}

origin::PolicySources sourcesOf(const std::string& file) {
  origin::PolicySources sources;
  sources.file = file;
  return sources;
}

}  // namespace

TEST_CASE("policy check: one rule answers with the exit code", "[ctl]") {
  struct Row {
    const char* rule;
    const char* owner;
    const char* visibility;
    int want;
  };
  const auto row = GENERATE(values<Row>({
      {"get_image", "p", "private", 0},
      {"get_image", "q", "private", 1},
      {"get_image", "q", "public", 0},
      {"download_image", "p", "private", 1},
      {"modify_member", "q", "shared", 1},
      {"no_such_rule", "p", "private", 1},
  }));
  CAPTURE(row.rule, row.owner, row.visibility);
  auto question = readerOfP();
  question.rule = row.rule;
  question.owner = row.owner;
  question.visibility = row.visibility;
  Output output;
  CHECK(policyCheck({}, question, output) == row.want);
}

TEST_CASE("policy check: all rules, with where they are from", "[ctl]") {
  TestDir dir;
  REQUIRE(writeFileAtomic(dir.file("p.yaml"), "download_image: role:reader\nmine: '!'\n"));
  Output output{.format = OutputFormat::kJson, .out = {}, .err = {}};
  CHECK(policyCheck(sourcesOf(dir.file("p.yaml")), readerOfP(), output) == 0);
  CHECK_THAT(
      output.out,
      Contains(
          R"({"allowed":true,"check":"role:reader","from":"policy files","rule":"download_image"})") &&
          Contains(R"({"allowed":false,"check":"!","from":"policy files","rule":"mine"})") &&
          Contains(R"("rule":"get_image")"));
  REQUIRE(writeFileAtomic(dir.file("p.yaml"), "download_image: role:x or\n"));
  Output wrong;
  CHECK(policyCheck(sourcesOf(dir.file("p.yaml")), readerOfP(), wrong) == 1);
  CHECK_THAT(wrong.err, Contains("p.yaml:1") && Contains("download_image"));
}

TEST_CASE("policy check: the older default rules beside the new ones", "[ctl]") {
  struct Row {
    const char* rule;
    const char* owner;
    int want_new;
    int want_older;
  };
  const auto row = GENERATE(values<Row>({
      {"get_image", "p", 0, 0},
      {"download_image", "p", 1, 0},
      {"modify_image", "p", 1, 0},
      {"modify_image", "q", 1, 1},
      {"publicize_image", "p", 1, 1},
  }));
  CAPTURE(row.rule, row.owner);
  auto question = readerOfP();
  question.rule = row.rule;
  question.owner = row.owner;
  origin::PolicySources sources;
  Output output;
  CHECK(policyCheck(sources, question, output) == row.want_new);
  sources.mode.older_defaults = true;
  CHECK(policyCheck(sources, question, output) == row.want_older);
}

TEST_CASE("policy check: names the ownership that code asks for", "[ctl]") {
  origin::PolicySources sources;
  sources.mode.older_defaults = true;
  auto question = readerOfP();
  question.rule = "modify_image";
  Output output;
  CHECK(policyCheck(sources, question, output) == 0);
  CHECK_THAT(output.out, Contains("or rule:default") && Contains("[and: owner or admin]"));
}
