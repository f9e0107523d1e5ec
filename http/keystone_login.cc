#include "http/keystone_login.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "http/json.h"

namespace glint::http {
namespace {

using nlohmann::json;

// {"id": …} or {"name": …, "domain": {…}}.
json named(const std::string& id, const std::string& name, const std::string& domain_id,
           const std::string& domain_name) {
  if (!id.empty()) return {{"id", id}};
  json domain = !domain_id.empty()     ? json{{"id", domain_id}}
                : !domain_name.empty() ? json{{"name", domain_name}}
                                       : json{{"id", "default"}};
  return {{"name", name}, {"domain", std::move(domain)}};
}

}  // namespace

std::string keystoneLoginBody(const KeystoneAccount& a) {
  const json user = named(a.user_id, a.username, a.user_domain_id, a.user_domain_name);
  json auth;
  if (!a.application_credential_secret.empty()) {
    json credential = {{"secret", a.application_credential_secret}};
    if (!a.application_credential_id.empty()) {
      credential["id"] = a.application_credential_id;
    } else {
      credential["name"] = a.application_credential_name;
      credential["user"] = user;
    }
    auth["identity"] = {{"methods", {"application_credential"}},
                        {"application_credential", std::move(credential)}};
  } else {
    json account = user;
    account["password"] = a.password;
    auth["identity"] = {{"methods", {"password"}}, {"password", {{"user", std::move(account)}}}};
    auth["scope"]["project"] =
        named(a.project_id, a.project_name, a.project_domain_id, a.project_domain_name);
  }
  return dumpJson({{"auth", std::move(auth)}});
}

std::string keystoneBase(std::string auth_url) {
  while (auth_url.ends_with('/')) auth_url.pop_back();
  return auth_url.ends_with("/v3") ? auth_url : auth_url + "/v3";
}

}  // namespace glint::http
