#include "proxy/credentials.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/digest.h"
#include "base/strings.h"
#include "base/uuid.h"

namespace glint::proxy {
namespace {

// Besides the token: a service's token, and the headers that an upstream without a token service
// trusts (the reference's context layer reads them).
constexpr std::array<std::string_view, 9> kPrefixes = {
    "x-auth-",   "x-service-", "x-user-",     "x-project-", "x-tenant-",
    "x-domain-", "x-roles",    "x-identity-", "x-is-admin",
};
constexpr std::array<std::string_view, 7> kNames = {
    "authorization",          "cookie",     "x-user", "x-role", "x-tenant",
    "openstack-system-scope", "x-trust-id",
};

bool startsWithNoCase(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && iequals(text.substr(0, prefix.size()), prefix);
}

}  // namespace

bool isIdentityHeader(std::string_view name) {
  return std::any_of(kPrefixes.begin(), kPrefixes.end(),
                     [&](std::string_view prefix) { return startsWithNoCase(name, prefix); }) ||
         std::any_of(kNames.begin(), kNames.end(),
                     [&](std::string_view whole) { return iequals(name, whole); });
}

CredentialsReader::CredentialsReader() : secret_(makeUuid() + makeUuid()) {}

Credentials CredentialsReader::read(const http::HeaderMap& request) const {
  Credentials credentials;
  std::string text = secret_;
  for (const auto& [name, value] : request) {
    if (!isIdentityHeader(name)) continue;
    for (const char c : name) text.push_back(asciiLower(c));
    // A length before the value: no two lists of headers give the same text.
    text.append("=").append(std::to_string(value.size())).append(":").append(value).push_back('\n');
    credentials.headers.add(name, value);
  }
  credentials.key.hex = digestHex("sha256", std::as_bytes(std::span(text)));
  return credentials;
}

}  // namespace glint::proxy
