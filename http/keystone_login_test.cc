#include "http/keystone_login.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace glint::http {
namespace {

using nlohmann::json;

json login(const KeystoneAccount& account) {
  return json::parse(keystoneLoginBody(account))["auth"];
}

TEST_CASE("Keystone login: a password with names and their domains", "[http]") {
  KeystoneAccount account;
  account.username = "glance";
  account.user_domain_name = "Default";
  account.password = "se\"cret";
  account.project_name = "service";
  const json auth = login(account);
  CHECK(auth["identity"]["methods"] == json{"password"});
  const json user = auth["identity"]["password"]["user"];
  CHECK(user ==
        json{{"name", "glance"}, {"domain", {{"name", "Default"}}}, {"password", "se\"cret"}});
  CHECK(auth["scope"]["project"] == json{{"name", "service"}, {"domain", {{"id", "default"}}}});
}

TEST_CASE("Keystone login: ids need no domain", "[http]") {
  KeystoneAccount account;
  account.user_id = "u1";
  account.password = "p";
  account.project_id = "p1";
  const json auth = login(account);
  CHECK(auth["identity"]["password"]["user"] == json{{"id", "u1"}, {"password", "p"}});
  CHECK(auth["scope"]["project"] == json{{"id", "p1"}});
}

TEST_CASE("Keystone login: an application credential", "[http]") {
  KeystoneAccount account;
  account.application_credential_secret = "s";
  account.application_credential_id = "c1";
  json auth = login(account);
  CHECK(auth["identity"]["application_credential"] == json{{"secret", "s"}, {"id", "c1"}});
  CHECK_FALSE(auth.contains("scope"));
  account.application_credential_id.clear();
  account.application_credential_name = "edge";
  account.username = "glance";
  auth = login(account);
  CHECK(auth["identity"]["application_credential"]["name"] == "edge");
  CHECK(auth["identity"]["application_credential"]["user"]["name"] == "glance");
}

TEST_CASE("Keystone login: the address with and without its version", "[http]") {
  CHECK(keystoneBase("http://k:5000") == "http://k:5000/v3");
  CHECK(keystoneBase("http://k:5000/") == "http://k:5000/v3");
  CHECK(keystoneBase("http://k/identity/v3/") == "http://k/identity/v3");
}

}  // namespace
}  // namespace glint::http
