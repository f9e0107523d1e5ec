#include "origin/identity/fake_identity.h"

#include "base/strings.h"

namespace glint::origin {

Result<Caller> parseFakeToken(std::string_view token) {
  const auto parts = split(token, ':');
  if (parts.size() != 3 || parts[0].empty())
    return fail(ErrorCode::kForbidden, "the token is not user:project:roles");
  Caller caller;
  caller.user_id = parts[0];
  if (parts[1] != "none") caller.project_id = parts[1];
  for (const std::string_view role : split(parts[2], ','))
    if (!trim(role).empty()) caller.roles.push_back(asciiLower(trim(role)));
  return caller;
}

Result<Caller> FakeIdentity::authenticate(const RequestContext&, const http::HeaderMap& headers,
                                          const net::Peer&) {
  const auto token = headers.get("X-Auth-Token");
  if (!token) return fail(ErrorCode::kForbidden, "no token");
  return parseFakeToken(*token);
}

bool FakeIdentity::mayBeKnown(const http::HeaderMap& headers) const {
  const auto token = headers.get("X-Auth-Token");
  return token && parseFakeToken(*token);
}

}  // namespace glint::origin
