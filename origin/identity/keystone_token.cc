#include "origin/identity/keystone_token.h"

#include <optional>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "http/json.h"
#include "image/time_text.h"

namespace glint::origin {
namespace {

using nlohmann::json;

tl::unexpected<Error> strange(const char* what) {
  return fail(ErrorCode::kUpstream, std::string("Keystone's answer about a token: ") + what);
}

std::optional<std::string> textAt(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

const json* objectAt(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_object() ? &*found : nullptr;
}

}  // namespace

Result<KeystoneToken> parseKeystoneToken(std::string_view body) {
  // A catalog of services may make it long.
  const auto answer = http::parseJson(body, {.max_bytes = 4U << 20});
  if (!answer || !answer->is_object()) return strange("no JSON object");
  const json* token = objectAt(*answer, "token");
  const json* user = token != nullptr ? objectAt(*token, "user") : nullptr;
  const auto user_id = user != nullptr ? textAt(*user, "id") : std::nullopt;
  if (!user_id) return strange("no user");
  const auto expires_text = textAt(*token, "expires_at");
  const auto expires_at = expires_text ? image::parseTime(*expires_text) : std::nullopt;
  if (!expires_at) return strange("no time of expiry");

  KeystoneToken result;
  result.expires_at = *expires_at;
  result.caller.user_id = *user_id;
  if (const json* project = objectAt(*token, "project"))
    result.caller.project_id = textAt(*project, "id").value_or("");
  result.caller.project_scoped =
      objectAt(*token, "system") == nullptr && objectAt(*token, "domain") == nullptr;
  const auto roles = token->find("roles");
  if (roles != token->end() && roles->is_array())
    for (const auto& role : *roles)
      if (role.is_object())
        if (auto name = textAt(role, "name")) result.caller.roles.push_back(asciiLower(*name));
  return result;
}

}  // namespace glint::origin
