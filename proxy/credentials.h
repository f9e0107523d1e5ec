// What identifies a caller to the upstream: its token and the other identity headers it sent.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <string>

#include "http/headers.h"

namespace glint::proxy {

// A keyed hash of credentials. The key is random and dies with the process, so a hash that leaks
// says nothing.
struct CredentialsKey {
  std::string hex;
  auto operator<=>(const CredentialsKey&) const = default;
};

// The headers are kept only as long as requests need them (a lookup, a fill); tables hold the key.
struct Credentials {
  http::HeaderMap headers;  // to be sent with requests on the caller's behalf
  CredentialsKey key;
};

// Makes credentials of requests. Threads: any (immutable).
class CredentialsReader {
 public:
  CredentialsReader();  // draws the random key
  Credentials read(const http::HeaderMap& request) const;

 private:
  std::string secret_;
};

// True for headers whose value may decide what the upstream allows.
bool isIdentityHeader(std::string_view name);

}  // namespace glint::proxy
