// Identity that a reverse proxy has established and set as headers (spec: auth-policy §1.2):
// X-Identity-Status, X-User-Id, X-Project-Id (or X-Tenant-Id), X-Roles. They are believed from the
// configured addresses only; from anywhere else they are as good as no token.
//
// Threads: any.
#pragma once

#include <string>
#include <vector>

#include "origin/identity/address_range.h"
#include "origin/identity/identity.h"

namespace glint::origin {

class HeaderIdentity final : public Identity {
 public:
  HeaderIdentity(std::vector<AddressRange> trusted, std::string www_authenticate_uri)
      : trusted_(std::move(trusted)), www_authenticate_uri_(std::move(www_authenticate_uri)) {}

  Result<Caller> authenticate(const RequestContext& context, const http::HeaderMap& headers,
                              const net::Peer& peer) override;
  bool mayBeKnown(const http::HeaderMap& headers) const override;
  std::string challenge() const override;

 private:
  const std::vector<AddressRange> trusted_;
  const std::string www_authenticate_uri_;
};

}  // namespace glint::origin
