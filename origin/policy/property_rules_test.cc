#include "origin/policy/property_rules.h"

#include <catch2/catch.hpp>

namespace glint::origin {
namespace {

using image::PropertyAccess;

constexpr const char* kRoles =
    "# comment\n"
    "[^x_owner_.*]\ncreate = @\nread = @\nupdate = @\ndelete = !\n"
    "[billing]\ncreate = Admin, service\nread = admin,member\nupdate = admin\ndelete =\n"
    "[os_glance_mine]\ncreate = !\nread = !\nupdate = !\ndelete = !\n"
    "[^x_]\ncreate = member\nread = reader\nupdate = member\ndelete = member\n";

Caller callerWith(std::vector<std::string> roles, std::vector<std::string> service_roles = {}) {
  Caller caller;
  caller.user_id = "u";
  caller.project_id = "p";
  caller.roles = std::move(roles);
  caller.service_roles = std::move(service_roles);
  return caller;
}

std::shared_ptr<const Policy> policyOf(const std::map<std::string, std::string>& rules = {}) {
  return Policy::create(rules).value();
}

// Letters of what the caller may: c(reate), r(ead), u(pdate), d(elete).
std::string rights(const PropertyRules& rules, const char* name, const Caller& caller,
                   const Policy& policy) {
  std::string letters;
  for (const auto& [letter, access] :
       {std::pair{'c', PropertyAccess::kCreate}, std::pair{'r', PropertyAccess::kRead},
        std::pair{'u', PropertyAccess::kUpdate}, std::pair{'d', PropertyAccess::kDelete}})
    if (rules.allows(access, name, caller, policy)) letters += letter;
  return letters;
}

}  // namespace

TEST_CASE("PropertyRules: roles, first section first", "[policy][protection]") {
  struct Row {
    const char* name;
    std::vector<std::string> roles;
    const char* want;
  };
  const auto row = GENERATE(values<Row>({
      {"x_owner_name", {}, "cru"},
      {"x_owner_name", {"admin"}, "cru"},
      // The expression is searched, not matched as a whole.
      {"my_billing_code", {"admin"}, "cru"},
      {"my_billing_code", {"service"}, "c"},
      {"my_billing_code", {"member"}, "r"},
      {"x_billing", {"member"}, "r"},
      {"x_other", {"member", "reader"}, "crud"},
      {"x_other", {"reader"}, "r"},
      {"x_other", {"admin"}, ""},
      // No section: nobody.
      {"hw_disk_bus", {"admin", "member"}, ""},
      // The service's own names are never protected, whatever the file says.
      {"os_glance_mine", {}, "crud"},
      {"os_glance_import_task", {"reader"}, "crud"},
  }));
  CAPTURE(row.name, row.roles);
  const auto policy = policyOf();
  const auto rules = PropertyRules::parse(kRoles, "f", ProtectionFormat::kRoles, *policy);
  REQUIRE(rules);
  CHECK(rights(**rules, row.name, callerWith(row.roles), *policy) == row.want);
}

TEST_CASE("PropertyRules: roles of a service token count", "[policy][protection]") {
  const auto policy = policyOf();
  const auto rules = PropertyRules::parse(kRoles, "f", ProtectionFormat::kRoles, *policy);
  REQUIRE(rules);
  CHECK(rights(**rules, "billing", callerWith({"reader"}, {"service"}), *policy) == "c");
}

TEST_CASE("PropertyRules: rules of the policy", "[policy][protection]") {
  struct Row {
    const char* name;
    std::vector<std::string> roles;
    const char* want;
  };
  const auto row = GENERATE(values<Row>({
      {"x_a", {"admin"}, "crd"},
      {"x_a", {"member"}, "rd"},
      {"x_a", {"editor"}, "rud"},
      {"y", {"admin"}, ""},
  }));
  CAPTURE(row.name, row.roles);
  const auto policy = policyOf({{"editors", "role:editor"}});
  const auto rules = PropertyRules::parse(
      "[^x_.*]\ncreate = context_is_admin\nread = default\nupdate = editors\ndelete = @\n"
      "[.*]\ncreate = !\nread = !\nupdate =\ndelete = !\n",
      "f", ProtectionFormat::kPolicies, *policy);
  REQUIRE(rules);
  CHECK(rights(**rules, row.name, callerWith(row.roles), *policy) == row.want);
  // A rule that a changed policy has no more allows nothing.
  CHECK(rights(**rules, "x_a", callerWith({"editor"}), *policyOf()) == "rd");
}

TEST_CASE("PropertyRules: what is wrong is named with file and line", "[policy][protection]") {
  struct Row {
    ProtectionFormat format;
    const char* text;
    const char* message;
  };
  using enum ProtectionFormat;
  const auto row = GENERATE(values<Row>({
      {kRoles, "[a]\ncreate = x\nread = x\nupdate = x\n", "f:1: [a]: has no 'delete'"},
      {kRoles, "[b]\n[a]\ncreate=\nread=\nupdate=\ndelete=\n", "f:1: [b]: has no 'create'"},
      {kRoles, "[a]\ncreate=\nread=\nupdate=\ndelete=\n[a]\n", "f:6: [a]: stands there twice"},
      {kRoles, "[a]\nread=\nread=\n", "f:3: [a]: 'read' stands there twice"},
      {kRoles, "[a]\nwrite = x\n", "f:2: [a]: 'write' is none of create, read, update, delete"},
      {kRoles, "[a(]\ncreate=\nread=\nupdate=\ndelete=\n",
       "f:1: [a(]: is no regular expression: missing closing parenthesis (at offset 2)"},
      {kRoles, "[a]\ncreate=\nread = @,!\n",
       "f:3: [a]: read = @,!: '@' and '!' exclude each other"},
      {kPolicies, "[a]\n\ncreate = x,y\n", "f:3: [a]: create = x,y: one policy rule is expected"},
      {kPolicies, "[a]\ncreate = nowhere\n",
       "f:2: [a]: create = nowhere: there is no such policy rule"},
      {kRoles, "create = x\n", "f:1: a value before the first [group]: create = x"},
      {kRoles, "[a\n", "f:1: a group must end with ']': [a"},
  }));
  CAPTURE(row.text);
  const auto rules = PropertyRules::parse(row.text, "f", row.format, *policyOf());
  REQUIRE_FALSE(rules);
  CHECK(rules.error().code == ErrorCode::kInvalidArgument);
  CHECK(rules.error().message == row.message);
}

TEST_CASE("PropertyRules: silence is told", "[policy][protection]") {
  const auto policy = policyOf();
  const std::string all = "create=@\nread=@\nupdate=@\ndelete=@\n";
  const auto gaps = [&](const std::string& text) {
    return PropertyRules::parse(text, "f", ProtectionFormat::kRoles, *policy).value()->leavesGaps();
  };
  CHECK(gaps(""));
  CHECK(gaps("[^x_]\n" + all));
  CHECK_FALSE(gaps("[^x_]\n" + all + "[.*]\n" + all));
}

TEST_CASE("PropertyRules: an expression that takes too long denies", "[policy][protection]") {
  const auto policy = policyOf();
  const auto rules = PropertyRules::parse(
      "[^(a+)+$]\ncreate=@\nread=@\nupdate=@\ndelete=@\n"
      "[.*]\ncreate=@\nread=@\nupdate=@\ndelete=@\n",
      "f", ProtectionFormat::kRoles, *policy);
  REQUIRE(rules);
  CHECK(rights(**rules, "aaa", callerWith({}), *policy) == "crud");
  CHECK(rights(**rules, "b", callerWith({}), *policy) == "crud");
  const std::string slow = std::string(200, 'a') + "!";
  CHECK(rights(**rules, slow.c_str(), callerWith({}), *policy).empty());
  CHECK(rights(**rules, "a\xff", callerWith({}), *policy).empty());
}

}  // namespace glint::origin
