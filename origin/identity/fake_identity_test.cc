#include "origin/identity/fake_identity.h"

#include <catch2/catch.hpp>

namespace glint::origin {

TEST_CASE("FakeIdentity: a token says who its caller is", "[identity]") {
  const auto caller = parseFakeToken("u:p:Member, reader,");
  REQUIRE(caller);
  CHECK(caller->user_id == "u");
  CHECK(caller->project_id == "p");
  CHECK(caller->roles == std::vector<std::string>{"member", "reader"});
  CHECK(parseFakeToken("u:none:admin")->project_id.empty());
  CHECK(parseFakeToken("u:p:")->roles.empty());
  for (const char* token : {"", "u", "u:p", "u:p:r:s", ":p:r"}) {
    CAPTURE(token);
    CHECK_FALSE(parseFakeToken(token));
  }
}

TEST_CASE("FakeIdentity: no token is nobody", "[identity]") {
  FakeIdentity identity;
  CHECK(identity.authenticate({}, {}, {}).error().code == ErrorCode::kForbidden);
  CHECK_FALSE(identity.mayBeKnown({}));
  http::HeaderMap headers;
  headers.add("X-Auth-Token", "u:p:reader");
  CHECK(identity.authenticate({}, headers, {}));
  CHECK(identity.mayBeKnown(headers));
}

}  // namespace glint::origin
