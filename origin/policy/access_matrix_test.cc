// The access matrix of the Images API, as far as rules decide it: who may see, download, change.

#include <array>
#include <string>

#include <catch2/catch.hpp>

#include "origin/policy/policy.h"

namespace glint::origin {

namespace {

image::Image imageOf(image::Visibility visibility) {
  image::Image image;
  image.id.value = "e7db3b45-8db7-47ad-8109-3fb55c2c24fd";
  image.owner = "a";
  image.visibility = visibility;
  return image;
}

// Letters of what the caller may: s(how), f(ile), p(atch), d(elete), u(pload), P(ublicise),
// c(ommunitise).
std::string rights(const Caller& caller, const image::Image& image) {
  const auto policy = Policy::create();
  REQUIRE(policy);
  const ImageTarget target(image, caller);
  constexpr std::array kRules = {
      std::pair{'s', "get_image"},        std::pair{'f', "download_image"},
      std::pair{'p', "modify_image"},     std::pair{'d', "delete_image"},
      std::pair{'u', "upload_image"},     std::pair{'P', "publicize_image"},
      std::pair{'c', "communitize_image"}};
  std::string letters;
  for (const auto& [letter, rule] : kRules)
    if ((*policy)->allows(rule, caller, target)) letters += letter;
  return letters;
}

}  // namespace

TEST_CASE("Access matrix: rules on existing images", "[policy][matrix]") {
  using enum image::Visibility;
  struct Row {
    image::Visibility visibility;
    const char* project;
    std::vector<std::string> roles;
    const char* want;
  };
  const std::vector<std::string> member = {"member", "reader"};
  const std::vector<std::string> reader = {"reader"};
  const auto row = GENERATE_COPY(values<Row>({
      {kPrivate, "a", member, "sfpduc"},
      {kPrivate, "a", reader, "s"},
      {kPrivate, "a", {"service"}, ""},
      {kPrivate, "a", {}, ""},
      {kPrivate, "b", member, ""},
      {kPrivate, "b", {"admin", "member", "reader"}, "sfpduPc"},
      {kShared, "a", member, "sfpduc"},
      {kShared, "a", reader, "s"},
      // Whether the project is a member is the lookup's business; the rule sees a shared image.
      {kShared, "b", member, "sf"},
      {kShared, "b", reader, "s"},
      {kShared, "b", {"service"}, ""},
      {kCommunity, "a", member, "sfpduc"},
      {kCommunity, "b", member, "sf"},
      {kCommunity, "b", reader, "s"},
      {kPublic, "b", member, "sf"},
      {kPublic, "b", reader, "s"},
      {kPublic, "b", {"service"}, ""},
      {kPublic, "b", {}, ""},
      {kPublic, "", {"admin"}, "sfpduPc"},
      // Literal roles: a member without reader sees nothing, yet may download.
      {kPrivate, "a", {"member"}, "fpduc"},
  }));
  CAPTURE(toString(row.visibility), row.project, row.roles);
  const Caller caller{.user_id = "u", .project_id = row.project, .roles = row.roles};
  CHECK(rights(caller, imageOf(row.visibility)) == row.want);
}

TEST_CASE("Access matrix: an image without owner is everybody's to read", "[policy][matrix]") {
  auto image = imageOf(image::Visibility::kPublic);
  image.owner.reset();
  const Caller member{.user_id = "u", .project_id = "b", .roles = {"member", "reader"}};
  CHECK(rights(member, image) == "sf");
  CHECK(rights({.user_id = "u", .project_id = "", .roles = {"member", "reader"}}, image) == "sf");
  CHECK(rights({.user_id = "u", .project_id = "x", .roles = {"admin"}}, image) == "sfpduPc");
}

TEST_CASE("Access matrix: creating, by owner asked for", "[policy][matrix]") {
  struct Row {
    const char* role;
    std::optional<std::string> owner;
    bool want;
  };
  const auto row = GENERATE(values<Row>({
      {"member", "a", true},
      {"member", "b", false},
      {"member", std::nullopt, false},
      {"reader", "a", false},
      {"service", "a", false},
      {"admin", "b", true},
      {"admin", std::nullopt, true},
  }));
  CAPTURE(row.role, row.owner.value_or("null"));
  const auto policy = Policy::create();
  REQUIRE(policy);
  FixedTarget target;
  target.attributes = {{"project_id", row.owner}, {"owner", row.owner}, {"visibility", "private"}};
  const Caller caller{.user_id = "u", .project_id = "a", .roles = {row.role}};
  CHECK((*policy)->allows("add_image", caller, target) == row.want);
}

TEST_CASE("Access matrix: the list is for readers of a project", "[policy][matrix]") {
  struct Row {
    const char* project;
    const char* role;
    bool want;
  };
  const auto row = GENERATE(values<Row>({
      {"a", "reader", true},
      {"a", "member", false},
      {"a", "service", false},
      {"", "reader", false},
      {"", "admin", true},
  }));
  CAPTURE(row.project, row.role);
  const auto policy = Policy::create();
  REQUIRE(policy);
  const Caller caller{.user_id = "u", .project_id = row.project, .roles = {row.role}};
  FixedTarget target;
  target.attributes = {{"project_id", caller.project_id}};
  CHECK((*policy)->allows("get_images", caller, target) == row.want);
}

}  // namespace glint::origin
