#include "origin/identity/keystone_identity.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"

namespace glint::origin {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostTokens = 50'000;
constexpr std::size_t kLongestToken = 16 * 1024;
constexpr auto kInvalidLifetime = 10s;

std::string_view tokenOf(const http::HeaderMap& headers) {
  auto token = headers.get("X-Auth-Token");
  if (!token || token->empty()) token = headers.get("X-Storage-Token");
  return token && token->size() <= kLongestToken ? *token : std::string_view();
}

std::string_view serviceTokenOf(const http::HeaderMap& headers) {
  const auto token = headers.get("X-Service-Token");
  return token && token->size() <= kLongestToken ? *token : std::string_view();
}

}  // namespace

KeystoneIdentity::KeystoneIdentity(KeystoneOptions options,
                                   std::unique_ptr<KeystoneClient> keystone, const Clock& clock)
    : options_(std::move(options)),
      keystone_(std::move(keystone)),
      clock_(clock),
      cache_(kMostTokens, clock) {}

Result<Caller> KeystoneIdentity::authenticate(const RequestContext& request,
                                              const http::HeaderMap& headers, const net::Peer&) {
  RequestContext context = request;
  context.deadline =
      std::min(context.deadline, std::chrono::steady_clock::now() + options_.question_timeout);
  const auto token = tokenOf(headers);
  if (token.empty()) return fail(ErrorCode::kForbidden, "no token");
  const auto service_token = serviceTokenOf(headers);
  const auto key = cache_.keyOf(token, service_token);
  for (;;) {
    if (auto known = cache_.find(key)) {
      if (!known->caller) return fail(ErrorCode::kForbidden, "the token is not valid");
      return std::move(*known->caller);
    }
    std::shared_ptr<Question> question;
    {
      MutexLock lock(mu_);
      auto& slot = questions_[key];
      if (slot) {
        question = slot;
        while (!question->answered)
          if (!answered_.waitUntil(mu_, context.deadline))
            return fail(ErrorCode::kTimeout, "no time was left to wait for Keystone");
      } else {
        slot = std::make_shared<Question>();
      }
    }
    // Somebody else has asked meanwhile; without a cache each asks for itself.
    if (question && options_.token_cache_time_s >= 0) {
      if (cache_.find(key)) continue;
    }
    auto answer = ask(context, key, token, service_token);
    if (!question) {
      MutexLock lock(mu_);
      questions_[key]->answered = true;
      questions_.erase(key);
      answered_.notifyAll();
    }
    if (!answer) return tl::unexpected(std::move(answer.error()));
    if (!answer->caller) return fail(ErrorCode::kForbidden, "the token is not valid");
    return std::move(*answer->caller);
  }
}

Result<TokenCache::Known> KeystoneIdentity::ask(const RequestContext& context,
                                                const std::string& key, std::string_view token,
                                                std::string_view service_token) {
  std::optional<KeystoneToken> service;
  if (!service_token.empty()) {
    auto found = voucher(context, service_token);
    if (!found) return tl::unexpected(found.error());
    service = std::move(*found);
  }
  const auto expired = service ? KeystoneClient::Expired::kAllow : KeystoneClient::Expired::kRefuse;
  auto found = keystone_->validate(context, token, expired);
  if (!found) return tl::unexpected(std::move(found.error()));
  TokenCache::Known known;
  const bool over = *found && (*found)->expires_at <= clock_.systemNow() && !service;
  if (*found && !over) {
    known.caller = (*found)->caller;
    if (service) known.caller->service_roles = service->caller.roles;
  }
  if (options_.token_cache_time_s >= 0) {
    auto lifetime = lifetimeOf(*found);
    // What an expired token may do ends with the service's own.
    if (service && lifetime.count() <= 0) lifetime = lifetimeOf(service);
    if (service) lifetime = std::min(lifetime, lifetimeOf(service));
    cache_.put(key, known, lifetime);
  }
  return known;
}

Result<std::optional<KeystoneToken>> KeystoneIdentity::voucher(const RequestContext& context,
                                                               std::string_view service_token) {
  auto found = keystone_->validate(context, service_token, KeystoneClient::Expired::kRefuse);
  if (!found || !*found) return found;
  const bool has_role = std::ranges::any_of(
      options_.service_token_roles,
      [&](const std::string& role) { return (*found)->caller.hasRole(asciiLower(role)); });
  const bool over = (*found)->expires_at <= clock_.systemNow();
  if (over || (options_.service_token_roles_required && !has_role)) found->reset();
  return found;
}

std::chrono::milliseconds KeystoneIdentity::lifetimeOf(
    const std::optional<KeystoneToken>& token) const {
  const std::chrono::milliseconds longest = std::chrono::seconds(options_.token_cache_time_s);
  if (!token) return std::min<std::chrono::milliseconds>(longest, kInvalidLifetime);
  const auto left =
      std::chrono::floor<std::chrono::milliseconds>(token->expires_at - clock_.systemNow());
  return std::min<std::chrono::milliseconds>(longest, left);
}

bool KeystoneIdentity::mayBeKnown(const http::HeaderMap& headers) const {
  const auto token = tokenOf(headers);
  if (token.empty()) return false;
  const auto known = cache_.find(cache_.keyOf(token, serviceTokenOf(headers)));
  return !known || known->caller;
}

std::string KeystoneIdentity::challenge() const {
  const auto& uri =
      options_.www_authenticate_uri.empty() ? options_.auth_url : options_.www_authenticate_uri;
  return "Keystone uri=\"" + uri + "\"";
}

}  // namespace glint::origin
