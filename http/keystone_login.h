// How an account logs in to Keystone (Identity API v3): the request's body. No sockets.
#pragma once

#include <string>

namespace glint::http {

// Of a user and of a project either the id, or the name and its domain (no domain: "default").
struct KeystoneAccount {
  std::string user_id, username, user_domain_id, user_domain_name, password;
  std::string project_id, project_name, project_domain_id, project_domain_name;
  // Used instead of a password when there is a secret; named by its id, or by its name and the
  // user.
  std::string application_credential_id, application_credential_name, application_credential_secret;
};

// The body of POST <base>/auth/tokens.
std::string keystoneLoginBody(const KeystoneAccount& account);

// The address of version 3, with or without which `auth_url` may be given; no slash at its end.
std::string keystoneBase(std::string auth_url);

}  // namespace glint::http
