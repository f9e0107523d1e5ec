// Identity by Keystone tokens, remembered for a while (spec: auth-policy §1, §2).
//
// A token is asked for once at a time however many requests bring it. An expired token counts when
// a valid service token comes with it: long uploads of other services outlive their user's token.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "base/clock.h"
#include "base/mutex.h"
#include "origin/identity/identity.h"
#include "origin/identity/keystone_client.h"
#include "origin/identity/token_cache.h"

namespace glint::origin {

class KeystoneIdentity final : public Identity {
 public:
  KeystoneIdentity(KeystoneOptions options, std::unique_ptr<KeystoneClient> keystone,
                   const Clock& clock = Clock::real());

  Result<Caller> authenticate(const RequestContext& context, const http::HeaderMap& headers,
                              const net::Peer& peer) override;
  bool mayBeKnown(const http::HeaderMap& headers) const override;
  std::string challenge() const override;

 private:
  // Requests with the same token that wait for one answer.
  struct Question {
    bool answered = false;
  };

  Result<TokenCache::Known> ask(const RequestContext& context, const std::string& key,
                                std::string_view token, std::string_view service_token);
  // What is known of the service token; nullopt: it is not valid, or lacks the roles asked for.
  Result<std::optional<KeystoneToken>> voucher(const RequestContext& context,
                                               std::string_view service_token);
  std::chrono::milliseconds lifetimeOf(const std::optional<KeystoneToken>& token) const;

  const KeystoneOptions options_;
  const std::unique_ptr<KeystoneClient> keystone_;
  const Clock& clock_;
  mutable TokenCache cache_;
  Mutex mu_;
  CondVar answered_;
  std::unordered_map<std::string, std::shared_ptr<Question>> questions_ GUARDED_BY(mu_);
};

}  // namespace glint::origin
