// Callers who say who they are, for tests: a token is "user:project:role[,role…]"; the project
// "none" is no project, roles count as given. Nobody is asked, nothing is secret.
//
// Threads: any.
#pragma once

#include <string_view>

#include "origin/identity/identity.h"

namespace glint::origin {

class FakeIdentity final : public Identity {
 public:
  Result<Caller> authenticate(const RequestContext& context, const http::HeaderMap& headers,
                              const net::Peer& peer) override;
  bool mayBeKnown(const http::HeaderMap& headers) const override;
  std::string challenge() const override { return {}; }
};

// Errors: kForbidden (not such a token).
Result<Caller> parseFakeToken(std::string_view token);

}  // namespace glint::origin
