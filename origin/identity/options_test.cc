#include "origin/identity/options.h"

#include <catch2/catch.hpp>

namespace glint::origin {

TEST_CASE("IdentityOptions: the flavor decides when nothing else does", "[identity][options]") {
  struct Row {
    IdentityKind kind;
    const char* flavor;
    const char* auth_url;
    IdentityKind want;
  };
  using enum IdentityKind;
  const auto row = GENERATE(values<Row>({
      {kByFlavor, "", "", kStatic},
      {kByFlavor, "keystone", "http://k", kKeystone},
      {kByFlavor, "keystone+caching", "http://k", kKeystone},
      {kByFlavor, "caching", "", kStatic},
      {kByFlavor, "", "http://k", kKeystone},
      {kStatic, "keystone", "http://k", kStatic},
      {kKeystone, "", "http://k", kKeystone},
  }));
  IdentityOptions options;
  options.kind = row.kind;
  options.flavor = row.flavor;
  options.keystone.auth_url = row.auth_url;
  options.keystone.username = "u";
  options.keystone.project_name = "p";
  REQUIRE(finish(options));
  CHECK(options.kind == row.want);
}

TEST_CASE("IdentityOptions: Keystone needs an account", "[identity][options]") {
  IdentityOptions options;
  options.flavor = "keystone";
  CHECK_FALSE(finish(options));
  options.keystone.auth_url = "http://k";
  CHECK_FALSE(finish(options));
}

TEST_CASE("IdentityOptions: trusted headers need somebody to trust", "[identity][options]") {
  IdentityOptions options;
  options.kind = IdentityKind::kTrustedHeaders;
  CHECK_FALSE(finish(options));
  options.trusted_proxies = {"10.0.0.0/8", "nonsense"};
  CHECK_FALSE(finish(options));
  options.trusted_proxies = {"10.0.0.0/8", "::1"};
  CHECK(finish(options));
}

}  // namespace glint::origin
