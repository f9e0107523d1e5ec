#include "origin/identity/options.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/strings.h"
#include "origin/identity/fake_identity.h"
#include "origin/identity/header_identity.h"
#include "origin/identity/keystone_identity.h"

namespace glint::origin {
namespace {

void addKeystoneOptions(OptionTable& table, KeystoneOptions& o) {
  table.group("keystone_authtoken", "How tokens are checked with Keystone, and by which account.")
      .text("www_authenticate_uri", o.www_authenticate_uri,
            "What 401 answers name as the identity service; empty: auth_url.")
      .text("auth_url", o.auth_url, "The identity service, with or without /v3.")
      .text("auth_type", o.auth_type, "password, v3password or v3applicationcredential.")
      .text("username", o.username, "The service account.")
      .text("user_id", o.user_id, "Instead of username and its domain.")
      .text("user_domain_name", o.user_domain_name, "Domain of username.")
      .text("user_domain_id", o.user_domain_id, "Domain of username; neither given: default.")
      .secret("password", o.password, "Its password.")
      .text("project_name", o.project_name, "The project in which it has its roles.")
      .text("project_id", o.project_id, "Instead of project_name and its domain.")
      .text("project_domain_name", o.project_domain_name, "Domain of project_name.")
      .text("project_domain_id", o.project_domain_id,
            "Domain of project_name; neither given: default.")
      .text("application_credential_id", o.application_credential_id, "The application credential.")
      .text("application_credential_name", o.application_credential_name,
            "Instead of its id, together with the user.")
      .secret("application_credential_secret", o.application_credential_secret, "Its secret.")
      .path("cafile", o.ca_file, "CA certificates (PEM) for https; empty: the system's.")
      .path("certfile", o.certificate_file, "Client certificate (PEM).")
      .path("keyfile", o.key_file, "Its key (PEM).")
      .boolean("insecure", o.insecure, "Any certificate is taken.")
      .integer("http_connect_timeout", o.connect_timeout_s, "Seconds to connect.",
               {.min = 1, .max = 300})
      .integer("timeout", o.timeout_s, "Seconds for an answer.", {.min = 1, .max = 300})
      .integer("http_request_max_retries", o.retries,
               "Tries after one that brought no answer, or a server's error.",
               {.min = 0, .max = 10})
      .integer("token_cache_time", o.token_cache_time_s,
               "Longest time, in seconds, that a token is not asked for again; -1: never kept.",
               {.min = -1, .max = 86400})
      .list("service_token_roles", o.service_token_roles, "Roles of a service.")
      .boolean("service_token_roles_required", o.service_token_roles_required,
               "Whether a service token must have one of these roles to vouch for an expired "
               "token.")
      .oldName("www_authenticate_uri", "keystone_authtoken", "auth_uri");
}

}  // namespace

void addOptions(OptionTable& table, IdentityOptions& o) {
  table.group("identity", "Who callers are: by a file of tokens, by Keystone, or by a proxy.")
      .choice("kind", o.kind,
              "static: a file of tokens; keystone: tokens of Keystone; trusted-headers: headers of "
              "a reverse proxy; by-flavor: keystone when the flavor of [paste_deploy] has the "
              "word or [keystone_authtoken] an auth_url, else static.",
              {{"by-flavor", IdentityKind::kByFlavor},
               {"static", IdentityKind::kStatic},
               {"keystone", IdentityKind::kKeystone},
               {"trusted-headers", IdentityKind::kTrustedHeaders}})
      .path("tokens_file", o.static_tokens.tokens_file,
            "\"token user project role[,role]\" per line; empty: tokens in the state directory, "
            "made with one admin token if missing.")
      .text("www_authenticate_uri", o.static_tokens.www_authenticate_uri,
            "What 401 answers name as the identity service, where Keystone is not asked.")
      .duration(
          "keystone_timeout", o.keystone.question_timeout,
          "Longest wait for Keystone over one request's tokens, all tries together; then 503.",
          {.min = std::chrono::milliseconds(100), .max = std::chrono::minutes(5)})
      .list("trusted_proxies", o.trusted_proxies,
            "Addresses and networks whose identity headers are believed, with trusted-headers.");
  addKeystoneOptions(table, o.keystone);
  table.group("paste_deploy", "Read for the word keystone.")
      .text("flavor", o.flavor, "As in glance-api.conf: \"keystone\" asks Keystone.");
}

Status finish(IdentityOptions& o) {
  if (o.kind == IdentityKind::kByFlavor) {
    const auto words = split(o.flavor, '+');
    const bool keystone =
        std::ranges::any_of(words, [](std::string_view word) { return trim(word) == "keystone"; });
    o.kind =
        keystone || !o.keystone.auth_url.empty() ? IdentityKind::kKeystone : IdentityKind::kStatic;
  }
  if (o.insecure_fake) return {};
  if (o.kind == IdentityKind::kKeystone) return validate(o.keystone);
  if (o.kind != IdentityKind::kTrustedHeaders) return {};
  if (o.trusted_proxies.empty())
    return fail(ErrorCode::kInvalidArgument,
                "[identity] trusted_proxies: trusted-headers needs addresses to trust");
  for (const auto& proxy : o.trusted_proxies)
    if (auto range = parseAddressRange(proxy); !range)
      return failWith("[identity] trusted_proxies", range.error());
  return {};
}

Result<std::unique_ptr<Identity>> openIdentity(const IdentityOptions& o) {
  if (o.insecure_fake) {
    log::warn("insecure_fake_identity",
              {{"meaning", "EVERY CALLER IS WHO IT SAYS IT IS; for tests only"}});
    return std::make_unique<FakeIdentity>();
  }
  switch (o.kind) {
    case IdentityKind::kKeystone: {
      auto client = KeystoneClient::create(o.keystone);
      if (!client) return failWith("[keystone_authtoken]", client.error());
      return std::make_unique<KeystoneIdentity>(o.keystone, std::move(*client));
    }
    case IdentityKind::kTrustedHeaders: {
      std::vector<AddressRange> trusted;
      for (const auto& proxy : o.trusted_proxies)
        if (auto range = parseAddressRange(proxy)) trusted.push_back(*range);
      return std::make_unique<HeaderIdentity>(std::move(trusted),
                                              o.static_tokens.www_authenticate_uri);
    }
    case IdentityKind::kByFlavor:
    case IdentityKind::kStatic:
      break;
  }
  auto identity = StaticIdentity::open(o.static_tokens);
  if (!identity) return tl::unexpected(std::move(identity.error()));
  return std::move(*identity);
}

}  // namespace glint::origin
