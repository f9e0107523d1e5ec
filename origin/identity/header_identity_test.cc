#include "origin/identity/header_identity.h"

#include <catch2/catch.hpp>

namespace glint::origin {
namespace {

http::HeaderMap headersOf(std::vector<std::pair<const char*, const char*>> fields) {
  http::HeaderMap headers;
  for (const auto& [name, value] : fields) headers.add(name, value);
  return headers;
}

net::Peer peerAt(const char* address) {
  net::Peer peer;
  peer.address = address;
  return peer;
}

HeaderIdentity identityTrusting(const char* range) {
  return {{parseAddressRange(range).value()}, "http://keystone.test"};
}

}  // namespace

TEST_CASE("HeaderIdentity: headers of a trusted proxy are the caller", "[identity]") {
  auto identity = identityTrusting("10.0.0.0/8");
  const auto caller = identity.authenticate({},
                                            headersOf({{"X-Identity-Status", "Confirmed"},
                                                       {"X-User-Id", "u"},
                                                       {"X-Project-Id", "p"},
                                                       {"X-Tenant-Id", "other"},
                                                       {"X-Roles", "Member , reader"}}),
                                            peerAt("10.1.2.3"));
  REQUIRE(caller);
  CHECK(caller->user_id == "u");
  CHECK(caller->project_id == "p");
  CHECK(caller->roles == std::vector<std::string>{"member", "reader"});
  CHECK(caller->project_scoped);
  const auto old = identity.authenticate(
      {},
      headersOf({{"X-Identity-Status", "Confirmed"}, {"X-Tenant-Id", "t"}, {"X-Role", "admin"}}),
      peerAt("10.1.2.3"));
  REQUIRE(old);
  CHECK(old->project_id == "t");
  CHECK(old->roles == std::vector<std::string>{"admin"});
}

TEST_CASE("HeaderIdentity: from anywhere else they are nothing", "[identity]") {
  auto identity = identityTrusting("10.0.0.0/8");
  const auto good = headersOf({{"X-Identity-Status", "Confirmed"}, {"X-Roles", "admin"}});
  CHECK(identity.authenticate({}, good, peerAt("10.0.0.1")));
  for (const char* address : {"11.0.0.1", "127.0.0.1", "::1", ""}) {
    CAPTURE(address);
    CHECK(identity.authenticate({}, good, peerAt(address)).error().code == ErrorCode::kForbidden);
  }
  const auto invalid = headersOf({{"X-Identity-Status", "Invalid"}, {"X-Roles", "admin"}});
  CHECK_FALSE(identity.authenticate({}, invalid, peerAt("10.0.0.1")));
  CHECK_FALSE(identity.authenticate({}, {}, peerAt("10.0.0.1")));
}

TEST_CASE("HeaderIdentity: a system's or a domain's scope is no project's", "[identity]") {
  auto identity = identityTrusting("::1");
  const auto* scope = GENERATE("OpenStack-System-Scope", "X-Domain-Id");
  const auto caller = identity.authenticate(
      {}, headersOf({{"X-Identity-Status", "Confirmed"}, {"X-Roles", "admin"}, {scope, "all"}}),
      peerAt("::1"));
  REQUIRE(caller);
  CHECK_FALSE(caller->project_scoped);
}

}  // namespace glint::origin
