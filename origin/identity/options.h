// How glint-origin learns who calls: which way, and its options.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/options.h"
#include "base/result.h"
#include "origin/identity/identity.h"
#include "origin/identity/keystone_client.h"
#include "origin/identity/static_identity.h"

namespace glint::origin {

enum class IdentityKind : std::uint8_t { kByFlavor, kStatic, kKeystone, kTrustedHeaders };

struct IdentityOptions {
  IdentityKind kind = IdentityKind::kByFlavor;
  std::string flavor;          // of [paste_deploy]: with "keystone" in it, Keystone decides
  bool insecure_fake = false;  // --insecure-fake-identity beats all
  StaticIdentityOptions static_tokens;
  KeystoneOptions keystone;
  std::vector<std::string> trusted_proxies;
};

void addOptions(OptionTable& table, IdentityOptions& options);
// Settles the kind. Errors: kInvalidArgument.
Status finish(IdentityOptions& options);

Result<std::unique_ptr<Identity>> openIdentity(const IdentityOptions& options);

}  // namespace glint::origin
