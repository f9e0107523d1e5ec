#include "origin/identity/keystone_client.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

#include "base/log.h"
#include "base/mutex.h"
#include "http/keystone_login.h"
#include "net/blocking_client.h"

namespace glint::origin {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kMaxAnswerBytes = 4U << 20;
constexpr auto kRenewBefore = 60s;  // of the service account's token
constexpr auto kDownPause = 1s;
constexpr auto kRetryDelay = 100ms;  // doubled each time

constexpr int kOk = 200;
constexpr int kCreated = 201;
constexpr int kUnauthorized = 401;
constexpr int kNotFound = 404;
constexpr int kServerErrors = 500;

bool usesApplicationCredential(const KeystoneOptions& options) {
  return options.auth_type == "v3applicationcredential";
}

http::KeystoneAccount accountOf(const KeystoneOptions& o) {
  http::KeystoneAccount account{.user_id = o.user_id,
                                .username = o.username,
                                .user_domain_id = o.user_domain_id,
                                .user_domain_name = o.user_domain_name,
                                .password = o.password,
                                .project_id = o.project_id,
                                .project_name = o.project_name,
                                .project_domain_id = o.project_domain_id,
                                .project_domain_name = o.project_domain_name,
                                .application_credential_id = {},
                                .application_credential_name = {},
                                .application_credential_secret = {}};
  if (usesApplicationCredential(o)) {
    account.application_credential_id = o.application_credential_id;
    account.application_credential_name = o.application_credential_name;
    account.application_credential_secret = o.application_credential_secret;
  }
  return account;
}

class HttpKeystoneClient final : public KeystoneClient {
 public:
  HttpKeystoneClient(KeystoneOptions options, std::unique_ptr<net::BlockingClient> client,
                     const Clock& clock)
      : options_(std::move(options)),
        base_(http::keystoneBase(options_.auth_url)),
        client_(std::move(client)),
        clock_(clock) {}

  Result<std::optional<KeystoneToken>> validate(const RequestContext& context,
                                                std::string_view token, Expired expired) override {
    net::ClientRequest request;
    request.url = base_ + "/auth/tokens?nocatalog";
    if (expired == Expired::kAllow) request.url += "&allow_expired=1";
    request.headers.add("X-Subject-Token", std::string(token));
    for (const bool renewed : {false, true}) {
      auto own = ownToken(context);
      if (!own) return tl::unexpected(std::move(own.error()));
      request.headers.set("X-Auth-Token", *own);
      const auto answer = ask(context, request);
      if (!answer) return tl::unexpected(answer.error());
      if (answer->head.status == kNotFound) return std::optional<KeystoneToken>();
      if (answer->head.status == kUnauthorized && !renewed) {
        forgetOwnToken(*own);  // revoked, or Keystone lost its keys
        continue;
      }
      if (answer->head.status != kOk)
        return fail(ErrorCode::kUpstream,
                    "Keystone refuses to validate tokens: " + std::to_string(answer->head.status) +
                        "; look at the service account's roles");
      auto known = parseKeystoneToken(answer->body);
      if (!known) return tl::unexpected(std::move(known.error()));
      return std::optional(std::move(*known));
    }
    return fail(ErrorCode::kUpstream, "Keystone refuses the service account's new token");
  }

 private:
  using Steady = std::chrono::steady_clock::time_point;

  // One at a time: whoever comes while the token is renewed needs the new one anyway.
  Result<std::string> ownToken(const RequestContext& context) {
    {
      MutexLock lock(mu_);
      while (renewing_)
        if (!renewed_.waitUntil(mu_, context.deadline))
          return fail(ErrorCode::kTimeout, "no time was left to wait for the service account");
      if (!own_token_.empty() && clock_.systemNow() + kRenewBefore < own_expires_)
        return own_token_;
      renewing_ = true;
    }
    auto login = logIn(context);
    MutexLock lock(mu_);
    renewing_ = false;
    renewed_.notifyAll();
    if (!login) return tl::unexpected(std::move(login.error()));
    own_token_ = login->token;
    own_expires_ = login->expires_at;
    return own_token_;
  }

  struct Login {
    std::string token;
    std::chrono::sys_time<std::chrono::microseconds> expires_at;
  };
  Result<Login> logIn(const RequestContext& context) {
    net::ClientRequest request;
    request.method = http::Method::kPost;
    request.url = base_ + "/auth/tokens?nocatalog";
    request.headers.add("Content-Type", "application/json");
    request.body = http::keystoneLoginBody(accountOf(options_));
    const auto answer = ask(context, request);
    if (!answer) return tl::unexpected(answer.error());
    const auto token = answer->head.headers.get("X-Subject-Token");
    if (answer->head.status != kCreated || !token)
      return fail(ErrorCode::kUpstream, "Keystone does not accept the service account: " +
                                            std::to_string(answer->head.status));
    const auto parsed = parseKeystoneToken(answer->body);
    if (!parsed) return tl::unexpected(parsed.error());
    log::info("service_token_renewed", {{"user", parsed->caller.user_id}});
    return Login{std::string(*token), parsed->expires_at};
  }

  void forgetOwnToken(const std::string& token) {
    MutexLock lock(mu_);
    if (own_token_ == token) own_token_.clear();
  }

  // An answer that is no 5xx.
  Result<net::FetchedResponse> ask(const RequestContext& context, net::ClientRequest request) {
    Error error{ErrorCode::kOverloaded, "Keystone cannot be reached"};
    if (clock_.steadyNow() < down_until_.load()) return tl::unexpected(std::move(error));
    auto delay = std::chrono::milliseconds(kRetryDelay);
    for (std::uint32_t attempt = 0;; ++attempt) {
      const auto left = std::chrono::floor<std::chrono::milliseconds>(
          context.deadline - std::chrono::steady_clock::now());
      if (left <= 0ms) {
        if (attempt > 0) break;  // it had its chance
        return fail(ErrorCode::kTimeout, "no time was left to ask Keystone");
      }
      request.total_timeout =
          std::min<std::chrono::milliseconds>(left, std::chrono::seconds(options_.timeout_s));
      auto answer = client_->fetch(request, kMaxAnswerBytes);
      if (answer && answer->head.status < kServerErrors) return answer;
      error.message =
          "Keystone cannot be reached: " +
          (answer ? "status " + std::to_string(answer->head.status) : answer.error().message);
      if (attempt >= options_.retries || context.stop.stop_requested()) break;
      std::this_thread::sleep_for(std::min(delay, left));
      delay *= 2;
    }
    down_until_ = clock_.steadyNow() + kDownPause;
    return tl::unexpected(std::move(error));
  }

  const KeystoneOptions options_;
  const std::string base_;
  const std::unique_ptr<net::BlockingClient> client_;
  const Clock& clock_;
  std::atomic<Steady> down_until_{Steady{}};
  Mutex mu_;
  CondVar renewed_;
  bool renewing_ GUARDED_BY(mu_) = false;
  std::string own_token_ GUARDED_BY(mu_);
  std::chrono::sys_time<std::chrono::microseconds> own_expires_ GUARDED_BY(mu_){};
};

}  // namespace

Status validate(const KeystoneOptions& o) {
  const auto missing = [](const std::string& what) {
    return fail(ErrorCode::kInvalidArgument, "[keystone_authtoken] " + what);
  };
  if (o.auth_url.empty()) return missing("auth_url: is needed");
  if (!o.auth_url.starts_with("http://") && !o.auth_url.starts_with("https://"))
    return missing("auth_url: \"" + o.auth_url + "\" is no http(s) URL");
  if (usesApplicationCredential(o)) {
    if (o.application_credential_secret.empty())
      return missing("application_credential_secret: is needed");
    if (o.application_credential_id.empty() && o.application_credential_name.empty())
      return missing("application_credential_id: is needed, or a name with its user");
    return {};
  }
  if (o.auth_type != "password" && o.auth_type != "v3password")
    return missing("auth_type: \"" + o.auth_type +
                   "\" is not supported; password, v3password, v3applicationcredential are");
  if (o.username.empty() && o.user_id.empty()) return missing("username: is needed, or user_id");
  if (o.project_name.empty() && o.project_id.empty())
    return missing("project_name: is needed, or project_id");
  return {};
}

Result<std::unique_ptr<KeystoneClient>> KeystoneClient::create(const KeystoneOptions& options,
                                                               const Clock& clock) {
  net::ClientOptions http;
  http.connect_timeout = std::chrono::seconds(options.connect_timeout_s);
  http.first_byte_timeout = std::chrono::seconds(options.timeout_s);
  http.ca_file = options.ca_file;
  http.certificate_file = options.certificate_file;
  http.key_file = options.key_file;
  http.verify_peer = !options.insecure;
  auto client = net::BlockingClient::create(http);
  if (!client) return tl::unexpected(std::move(client.error()));
  return std::make_unique<HttpKeystoneClient>(options, std::move(*client), clock);
}

}  // namespace glint::origin
