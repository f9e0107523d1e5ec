// Asks Keystone about tokens, with a service account of its own (Identity API v3).
//
// Threads: any, several at once; every method blocks, within bounds: on Keystone for at most
// `timeout` per try and until the context's deadline over all tries, and not at all for a second
// after it could not be reached.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/context.h"
#include "base/result.h"
#include "net/client.h"
#include "origin/identity/keystone_token.h"

namespace glint::origin {

// Options of [keystone_authtoken].
struct KeystoneOptions {
  std::string auth_url;  // with or without /v3 at its end
  std::string www_authenticate_uri;
  std::string auth_type = "password";  // or v3password, v3applicationcredential
  std::string username, user_id, user_domain_name, user_domain_id, password;
  std::string project_name, project_id, project_domain_name, project_domain_id;
  std::string application_credential_id, application_credential_name, application_credential_secret;
  std::string ca_file, certificate_file, key_file;
  bool insecure = false;
  std::uint32_t connect_timeout_s = 5;
  std::uint32_t timeout_s = 10;  // of one try
  // Of everything that one request's tokens need: tries, the account's own login, service tokens.
  std::chrono::milliseconds question_timeout{15'000};
  std::uint32_t retries = 3;              // of a request that got no answer, or a 5xx
  std::int32_t token_cache_time_s = 300;  // negative: tokens are asked for each time
  std::vector<std::string> service_token_roles = {"service"};
  bool service_token_roles_required = false;
};
// Errors: kInvalidArgument, naming the option.
Status validate(const KeystoneOptions& options);

class KeystoneClient {
 public:
  static Result<std::unique_ptr<KeystoneClient>> create(const KeystoneOptions& options,
                                                        const Clock& clock = Clock::real());
  virtual ~KeystoneClient() = default;

  enum class Expired : std::uint8_t { kRefuse, kAllow };  // of tokens that ended not long ago
  // nullopt: Keystone does not know the token, or not any more. Errors: kOverloaded (it cannot be
  // reached), kTimeout (the context's deadline), kUpstream (it answers nonsense, or refuses the
  // service account).
  virtual Result<std::optional<KeystoneToken>> validate(const RequestContext& context,
                                                        std::string_view token,
                                                        Expired expired) = 0;
};

}  // namespace glint::origin
