#include "origin/identity/keystone_token.h"

#include <catch2/catch.hpp>

namespace glint::origin {

TEST_CASE("KeystoneToken: who, where, as what, until when", "[identity]") {
  const auto token = parseKeystoneToken(R"({"token":{
      "user":{"id":"u","name":"alice","domain":{"id":"default","name":"Default"}},
      "project":{"id":"p","name":"demo","domain":{"id":"default"}},
      "roles":[{"id":"1","name":"Member"},{"id":"2","name":"reader"}],
      "expires_at":"2026-01-02T03:04:05.000000Z","catalog":[{"type":"image"}]}})");
  REQUIRE(token);
  CHECK(token->caller.user_id == "u");
  CHECK(token->caller.project_id == "p");
  CHECK(token->caller.roles == std::vector<std::string>{"member", "reader"});
  CHECK(token->caller.project_scoped);
  CHECK_FALSE(token->caller.is_admin);
  CHECK(token->expires_at.time_since_epoch() == std::chrono::seconds(1767323045));
}

TEST_CASE("KeystoneToken: scopes", "[identity]") {
  const std::string start =
      R"({"token":{"user":{"id":"u"},"expires_at":"2026-01-02T03:04:05Z","roles":[{"name":"admin"}])";
  CHECK_FALSE(parseKeystoneToken(start + R"(,"system":{"all":true}}})")->caller.project_scoped);
  CHECK_FALSE(parseKeystoneToken(start + R"(,"domain":{"id":"d"}}})")->caller.project_scoped);
  const auto unscoped = parseKeystoneToken(start + "}}");
  REQUIRE(unscoped);
  CHECK(unscoped->caller.project_id.empty());
}

TEST_CASE("KeystoneToken: what is none", "[identity]") {
  const auto* body = GENERATE("", "[]", "{}", R"({"token":[]})", R"({"token":{}})",
                              R"({"token":{"user":{"id":5}}})", R"({"token":{"user":{"id":"u"}}})",
                              R"({"token":{"user":{"id":"u"},"expires_at":"soon"}})",
                              R"({"token":{"user":"u","expires_at":"2026-01-02T03:04:05Z"}})");
  CAPTURE(body);
  CHECK(parseKeystoneToken(body).error().code == ErrorCode::kUpstream);
}

}  // namespace glint::origin
