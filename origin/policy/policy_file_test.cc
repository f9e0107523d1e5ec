#include "origin/policy/policy_file.h"

#include <string>

#include <catch2/catch.hpp>

#include "origin/policy/policy.h"

namespace glint::origin {

TEST_CASE("Policy file: YAML and JSON, the old list form rewritten", "[policy]") {
  const auto rules = parsePolicyText(
      "# what this site changes\n"
      "\"get_images\": \"role:auditor or rule:context_is_admin\"\n"
      "empty: \"\"\n"
      "always: []\n"
      "old: [[\"role:a\", \"role:b\"], [\"role:c\"], \"role:d\"]\n",
      "policy.yaml");
  REQUIRE(rules);
  CHECK(rules->at("get_images") == "role:auditor or rule:context_is_admin");
  CHECK(rules->at("empty").empty());
  CHECK(rules->at("always") == "@");
  CHECK(rules->at("old") == "(role:a and role:b) or (role:c) or role:d");
  CHECK(Policy::create(*rules));
  const auto json = parsePolicyText(R"({"a": "role:x", "b": "!"})", "policy.json");
  REQUIRE(json);
  CHECK(json->size() == 2);
  CHECK(parsePolicyText("", "p")->empty());
  CHECK(parsePolicyText("# nothing\n", "p")->empty());
}

TEST_CASE("Policy file: what it refuses, with file and line", "[policy]") {
  struct Row {
    const char* text;
    const char* where;
  };
  const auto row = GENERATE(values<Row>({
      {"- a\n- b\n", "p.yaml:1: "},
      {"a: role:x\nb: {c: d}\n", "p.yaml:2: "},
      {"a:\n", "p.yaml:1: "},
      {"a: [[[x]]]\n", "p.yaml:1: "},
      {"a: role:x\na: role:y\n", "p.yaml:2: "},
      {"a: [role:x\n", "p.yaml:"},
      {"just text\n", "p.yaml:1: "},
  }));
  CAPTURE(row.text);
  const auto rules = parsePolicyText(row.text, "p.yaml");
  REQUIRE_FALSE(rules);
  CHECK(rules.error().code == ErrorCode::kInvalidArgument);
  CHECK(rules.error().message.starts_with(row.where));
}

TEST_CASE("Policy file: one that is missing is not found", "[policy]") {
  const auto rules = readPolicyFile("/nonexistent/policy.yaml");
  REQUIRE_FALSE(rules);
  CHECK(rules.error().code == ErrorCode::kNotFound);
}

}  // namespace glint::origin
