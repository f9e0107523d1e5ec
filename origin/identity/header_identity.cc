#include "origin/identity/header_identity.h"

#include <algorithm>

#include "base/strings.h"

namespace glint::origin {
namespace {

bool isConfirmed(const http::HeaderMap& headers) {
  return headers.get("X-Identity-Status") == "Confirmed";
}

std::string first(const http::HeaderMap& headers, std::string_view name, std::string_view alias) {
  const auto value = headers.get(name);
  return std::string(value ? *value : headers.get(alias).value_or(""));
}

std::vector<std::string> rolesOf(const std::string& list) {
  std::vector<std::string> roles;
  for (const std::string_view role : split(list, ','))
    if (!trim(role).empty()) roles.push_back(asciiLower(trim(role)));
  return roles;
}

}  // namespace

Result<Caller> HeaderIdentity::authenticate(const RequestContext&, const http::HeaderMap& headers,
                                            const net::Peer& peer) {
  if (!contains(trusted_, peer.address))
    return fail(ErrorCode::kForbidden, "identity headers from " + peer.address + " do not count");
  if (!isConfirmed(headers)) return fail(ErrorCode::kForbidden, "the identity is not confirmed");
  Caller caller;
  caller.user_id = first(headers, "X-User-Id", "X-User");
  caller.project_id = first(headers, "X-Project-Id", "X-Tenant-Id");
  caller.project_scoped = !headers.get("OpenStack-System-Scope") && !headers.get("X-Domain-Id");
  caller.roles = rolesOf(first(headers, "X-Roles", "X-Role"));
  if (headers.get("X-Service-Identity-Status") == "Confirmed")
    caller.service_roles = rolesOf(std::string(headers.get("X-Service-Roles").value_or("")));
  return caller;
}

bool HeaderIdentity::mayBeKnown(const http::HeaderMap& headers) const {
  return isConfirmed(headers);
}

std::string HeaderIdentity::challenge() const {
  if (www_authenticate_uri_.empty()) return {};
  return "Keystone uri=\"" + www_authenticate_uri_ + "\"";
}

}  // namespace glint::origin
