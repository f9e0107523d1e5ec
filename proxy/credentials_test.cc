#include "proxy/credentials.h"

#include <catch2/catch.hpp>

namespace glint::proxy {
namespace {

http::HeaderMap headers(std::initializer_list<http::HeaderMap::Field> fields) {
  http::HeaderMap map;
  for (const auto& [name, value] : fields) map.add(name, value);
  return map;
}

TEST_CASE("Credentials: only identity headers count, in any letter case", "[proxy]") {
  const CredentialsReader reader;
  const auto key = reader.read(headers({{"X-Auth-Token", "t"}, {"Accept", "a"}})).key;
  CHECK(reader.read(headers({{"x-auth-token", "t"}, {"Range", "bytes=0-"}})).key == key);
  CHECK(reader.read(headers({{"X-Auth-Token", "T"}})).key != key);
  CHECK(reader.read(headers({})).key != key);
}

TEST_CASE("Credentials: whatever an upstream may trust makes another caller", "[proxy]") {
  const CredentialsReader reader;
  const auto plain = reader.read(headers({{"X-Auth-Token", "t"}})).key;
  const auto name = GENERATE("X-Service-Token", "X-User-Id", "X-Roles", "X-Project-Id", "Cookie",
                             "X-Tenant-Id", "X-Identity-Status", "Authorization",
                             "X-Is-Admin-Project", "OpenStack-System-Scope", "X-Domain-Id");
  CAPTURE(name);
  CHECK(isIdentityHeader(name));
  const auto more = reader.read(headers({{"X-Auth-Token", "t"}, {name, "v"}}));
  CHECK(more.key != plain);
  CHECK(more.headers.get(name) == "v");
}

TEST_CASE("Credentials: a value cannot pass for another header", "[proxy]") {
  const CredentialsReader reader;
  const auto two = reader.read(headers({{"X-Auth-Token", "t"}, {"X-Roles", "admin"}})).key;
  const auto one = reader.read(headers({{"X-Auth-Token", "t\nx-roles=5:admin"}})).key;
  CHECK(one != two);
}

TEST_CASE("Credentials: the key is of this process and shows nothing of the token", "[proxy]") {
  const auto request = headers({{"X-Auth-Token", "secret"}});
  const auto a = CredentialsReader().read(request).key;
  const auto b = CredentialsReader().read(request).key;
  CHECK(a != b);
  CHECK(a.hex.size() == 64);
}

}  // namespace
}  // namespace glint::proxy
