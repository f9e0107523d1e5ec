// Who sent a request, as the identity service vouches for it.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace glint::origin {

struct Caller {
  std::string user_id = {};
  std::string project_id = {};          // empty: the token is not scoped to a project
  std::vector<std::string> roles = {};  // lower case; of the user's token only
  // Lower case; of the valid service token that came along. They count for property protections.
  std::vector<std::string> service_roles = {};
  // False: a token of the whole system, or of a domain, with which nothing of images may be done.
  bool project_scoped = true;
  bool is_admin = false;   // passes the rule context_is_admin; set by the API layer
  bool read_only = false;  // anonymous access

  bool hasRole(std::string_view role) const {
    return std::ranges::find(roles, role) != roles.end();
  }
};

}  // namespace glint::origin
