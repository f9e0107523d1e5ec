#include "proxy/service_account.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/log.h"
#include "base/strings.h"
#include "http/json.h"
#include "image/time_text.h"

namespace glint::proxy {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kTokenLimitBytes = 16 * 1024;
constexpr std::uint64_t kAnswerLimitBytes = 4u << 20;
constexpr auto kPatience = 10s;
constexpr auto kRenewBefore = 5min;
constexpr int kCreated = 201;

// nullopt: Keystone's answer does not say when the token ends.
std::optional<image::Time> expiryOf(const std::string& body) {
  const auto document = http::parseJson(body, {.max_bytes = kAnswerLimitBytes});
  if (!document || !document->is_object()) return std::nullopt;
  const auto token = document->find("token");
  if (token == document->end() || !token->is_object()) return std::nullopt;
  const auto expires = token->find("expires_at");
  if (expires == token->end() || !expires->is_string()) return std::nullopt;
  return image::parseTime(expires->get<std::string>());
}

}  // namespace

void addOptions(OptionTable& table, ServiceAccountOptions& o) {
  http::KeystoneAccount& account = o.account;
  table
      .group("service_account",
             "The account as which the edge reads the change feed and prefetches images. It needs "
             "the role service or admin at glint-origin; before Glance, one that sees all images.")
      .path("token_file", o.token_file, "A file with a token, instead of an account of Keystone.")
      .text("auth_url", o.auth_url, "The identity service, with or without /v3.")
      .text("username", account.username, "The account.")
      .text("user_domain_name", account.user_domain_name, "Its domain; empty: default.")
      .secret("password", account.password, "Its password.")
      .text("project_name", account.project_name, "The project in which it has its roles.")
      .text("project_domain_name", account.project_domain_name,
            "The project's domain; empty: default.")
      .text("application_credential_id", account.application_credential_id,
            "An application credential, instead of name and password.")
      .secret("application_credential_secret", account.application_credential_secret,
              "Its secret.");
}

Status validate(const ServiceAccountOptions& o) {
  const auto bad = [](const std::string& what) {
    return fail(ErrorCode::kInvalidArgument, "service_account." + what);
  };
  if (o.auth_url.empty()) {
    if (!o.account.username.empty() || !o.account.application_credential_id.empty())
      return bad("auth_url: is needed");
    return {};
  }
  if (!o.token_file.empty()) return bad("token_file: not together with auth_url");
  if (!o.auth_url.starts_with("http://") && !o.auth_url.starts_with("https://"))
    return bad("auth_url: \"" + o.auth_url + "\" is no http(s) URL");
  const bool by_credential = !o.account.application_credential_id.empty();
  if (by_credential != !o.account.application_credential_secret.empty())
    return bad("application_credential_id: goes together with its secret");
  if (by_credential) return {};
  if (o.account.username.empty()) return bad("username: is needed");
  if (o.account.project_name.empty()) return bad("project_name: is needed");
  return {};
}

ServiceAccount::ServiceAccount(ServiceAccountOptions options, const Clock& clock)
    : options_(std::move(options)), clock_(clock) {}

bool ServiceAccount::configured() const {
  return !options_.token_file.empty() || !options_.auth_url.empty();
}

Result<std::string> ServiceAccount::token(net::SequentialClient& client) {
  if (!configured()) return fail(ErrorCode::kForbidden, "there is no [service_account]");
  if (!options_.token_file.empty()) return readFile();
  {
    MutexLock lock(mutex_);
    if (!token_.empty() && clock_.systemNow() + kRenewBefore < expires_) return token_;
  }
  return logIn(client);
}

void ServiceAccount::refused(const std::string& token) {
  MutexLock lock(mutex_);
  if (token_ == token) token_.clear();
}

// Each time anew: whoever renews the token writes it there.
Result<std::string> ServiceAccount::readFile() const {
  auto text = glint::readFile(options_.token_file, kTokenLimitBytes);
  if (!text) return failWith("service account", text.error());
  const auto token = trim(*text);
  if (token.empty())
    return fail(ErrorCode::kForbidden, "service account: " + options_.token_file + " is empty");
  return std::string(token);
}

Result<std::string> ServiceAccount::logIn(net::SequentialClient& client) {
  net::ClientRequest request;
  request.method = http::Method::kPost;
  request.url = http::keystoneBase(options_.auth_url) + "/auth/tokens?nocatalog";
  request.headers.add("Content-Type", "application/json");
  request.headers.add("Accept", "application/json");
  request.headers.add("User-Agent", "glint-edge");
  request.body = http::keystoneLoginBody(options_.account);
  request.total_timeout = kPatience;
  const auto answer = client.fetch(std::move(request), kAnswerLimitBytes);
  if (!answer) return failWith("service account: Keystone", answer.error());
  const auto token = answer->head.headers.get("x-subject-token");
  const auto expires = expiryOf(answer->body);
  if (answer->head.status != kCreated || !token || !expires) {
    return fail(ErrorCode::kUpstream, "service account: Keystone does not accept it, status " +
                                          std::to_string(answer->head.status));
  }
  MutexLock lock(mutex_);
  token_ = std::string(*token);
  expires_ = *expires;
  log::info("service_token_renewed", {{"expires", image::formatTime(*expires)}});
  return token_;
}

}  // namespace glint::proxy
