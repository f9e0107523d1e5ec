#include "origin/policy/policy.h"

#include <string>

#include <catch2/catch.hpp>

#include "origin/policy/default_rules.h"

namespace glint::origin {

namespace {

FixedTarget target() {
  FixedTarget fixed;
  fixed.attributes = {{"project_id", "p1"}, {"visibility", "public"}, {"nothing", std::nullopt}};
  return fixed;
}

}  // namespace

TEST_CASE("Policy: checks compare texts of caller and target", "[policy]") {
  struct Row {
    const char* check;
    bool want;
  };
  const auto row = GENERATE(values<Row>({
      {"", true},
      {"!", false},
      {"role:member", true},
      {"role:MEMBER", true},
      {"role:memb", false},
      {"not role:admin", true},
      {"project_id:%(project_id)s", true},
      {"project_id:p1", true},
      {"project_id:p2", false},
      {"tenant:p1", true},
      {"user_id:u1", true},
      {"user_id:%(absent)s", false},
      {"not user_id:%(absent)s", true},
      {"is_admin:False", true},
      {"roles:reader", true},
      {"domain_id:%(project_id)s", false},
      {"'public':%(visibility)s", true},
      {"'private':%(visibility)s", false},
      {"None:%(nothing)s", true},
      {"project_id:%(nothing)s", false},
      {"rule:yes", true},
      {"rule:yes and rule:no", false},
      {"rule:no or (rule:yes and role:reader)", true},
  }));
  CAPTURE(row.check);
  const auto policy = Policy::create({{"x", row.check}, {"yes", "@"}, {"no", "!"}});
  REQUIRE(policy);
  const Caller caller{.user_id = "u1", .project_id = "p1", .roles = {"member", "reader"}};
  CHECK((*policy)->allows("x", caller, target()) == row.want);
}

TEST_CASE("Policy: a null in the target equals no project, whatever it is called", "[policy]") {
  const auto policy = Policy::create({{"x", "project_id:%(nothing)s"}});
  REQUIRE(policy);
  CHECK_FALSE((*policy)->allows("x", {.project_id = "None"}, target()));
  CHECK_FALSE((*policy)->allows("x", {.project_id = ""}, target()));
}

TEST_CASE("Policy: rules that do not stand on their own feet are refused", "[policy]") {
  using Overrides = std::map<std::string, std::string>;
  CHECK_FALSE(Policy::create(Overrides{{"a", "rule:b"}}));
  CHECK_FALSE(Policy::create(Overrides{{"a", "rule:a"}}));
  CHECK_FALSE(Policy::create(Overrides{{"a", "rule:b or role:x"}, {"b", "not rule:a"}}));
  CHECK_FALSE(Policy::create(Overrides{{"get_image", "(role:x"}}));
  const auto broken = Policy::create(Overrides{{"get_image", "nonsense"}});
  REQUIRE_FALSE(broken);
  CHECK(broken.error().code == ErrorCode::kInvalidArgument);
  CHECK(broken.error().message.find("get_image") != std::string::npos);
}

TEST_CASE("Policy: overrides replace defaults, undefined names fall to the default rule",
          "[policy]") {
  const Caller nobody;
  const auto defaults = Policy::create();
  REQUIRE(defaults);
  CHECK_FALSE((*defaults)->allows("get_images", nobody, target()));
  CHECK((*defaults)->allows("never_heard_of", nobody, target()));
  const auto open = Policy::create({{"get_images", "@"}, {"default", "!"}});
  REQUIRE(open);
  CHECK((*open)->allows("get_images", nobody, target()));
  CHECK_FALSE((*open)->allows("never_heard_of", nobody, target()));
  CHECK(defaultRules().size() == 70);
}

}  // namespace glint::origin
