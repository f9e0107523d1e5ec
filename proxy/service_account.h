// The account as which the edge itself speaks to the upstream: for the change feed and prefetch,
// never for a client's request.
//
// Threads: any.
#pragma once

#include <chrono>
#include <string>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/options.h"
#include "base/result.h"
#include "http/keystone_login.h"
#include "net/sequential_client.h"

namespace glint::proxy {

struct ServiceAccountOptions {
  std::string token_file;  // a token for as long as it stands there; or
  std::string auth_url;    // Keystone, with the account below
  http::KeystoneAccount account{};
};
// Group [service_account].
void addOptions(OptionTable& table, ServiceAccountOptions& options);
// Errors: kInvalidArgument, naming the option.
Status validate(const ServiceAccountOptions& options);

class ServiceAccount {
 public:
  explicit ServiceAccount(ServiceAccountOptions options, const Clock& clock = Clock::real());

  // False: there is none, and nothing works that needs it.
  bool configured() const;

  // A token that is good for a while; Keystone is asked by means of `client` when there is none.
  // Errors: kUpstream (Keystone does not answer, or refuses), kCancelled, by errno (the file).
  Result<std::string> token(net::SequentialClient& client);

  // The upstream refused the token: the next call gets another one.
  void refused(const std::string& token);

 private:
  Result<std::string> readFile() const;
  Result<std::string> logIn(net::SequentialClient& client);

  const ServiceAccountOptions options_;
  const Clock& clock_;
  Mutex mutex_;
  std::string token_ GUARDED_BY(mutex_);
  std::chrono::sys_time<std::chrono::microseconds> expires_ GUARDED_BY(mutex_){};
};

}  // namespace glint::proxy
