#include "image/member.h"

#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "http/json.h"
#include "image/time_text.h"

namespace glint::image {
namespace {

using nlohmann::json;

constexpr std::array kStatuses = {std::pair{MemberStatus::kPending, "pending"},
                                  std::pair{MemberStatus::kAccepted, "accepted"},
                                  std::pair{MemberStatus::kRejected, "rejected"}};

Result<json> readObject(std::string_view body, const char* key) {
  auto parsed = http::parseJson(body);
  if (!parsed) return parsed;
  if (!parsed->is_object() || !parsed->contains(key))
    return fail(ErrorCode::kInvalidArgument,
                std::string("The body must be an object with \"") + key + "\".");
  return (*parsed)[key];
}

json memberOf(const ImageId& image, const Member& member) {
  return {{"member_id", member.project},
          {"image_id", image.value},
          {"status", toString(member.status)},
          {"created_at", formatTime(member.created_at)},
          {"updated_at", formatTime(member.updated_at)},
          {"schema", "/v2/schemas/member"}};
}

json memberSchema() {
  const auto text = [](const char* description) {
    return json{{"type", "string"}, {"description", description}};
  };
  auto id = text("An identifier for the image");
  id["pattern"] =
      "^([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}$";
  auto status = text("The status of this image member");
  for (const auto& known : kStatuses) status["enum"].push_back(known.second);
  return {{"name", "member"},
          {"properties",
           {{"created_at", text("When the image was shared with this member")},
            {"image_id", id},
            {"member_id", text("The project with which the image is shared")},
            {"schema", {{"type", "string"}, {"readOnly", true}}},
            {"status", status},
            {"updated_at", text("When this member was changed last")}}}};
}

}  // namespace

const char* toString(MemberStatus status) {
  for (const auto& [known, text] : kStatuses)
    if (known == status) return text;
  return "pending";
}

std::optional<MemberStatus> parseMemberStatus(std::string_view text) {
  for (const auto& [status, known] : kStatuses)
    if (known == text) return status;
  return std::nullopt;
}

Result<std::string> readNewMember(std::string_view body) {
  const auto value = readObject(body, "member");
  if (!value) return tl::unexpected(value.error());
  // The reference takes numbers, too: project ids of digits alone get there that way.
  std::string project = value->is_string()           ? value->get<std::string>()
                        : value->is_number_integer() ? value->dump()
                                                     : std::string();
  if (project.empty())
    return fail(ErrorCode::kInvalidArgument, "\"member\" must be the id of a project.");
  return project;
}

Result<std::string> readMemberStatus(std::string_view body) {
  const auto value = readObject(body, "status");
  if (!value) return tl::unexpected(value.error());
  return value->is_string() ? value->get<std::string>() : std::string();
}

std::string memberJson(const ImageId& image, const Member& member) {
  return http::dumpJson(memberOf(image, member));
}

std::string memberListJson(const ImageId& image, const std::vector<Member>& members) {
  auto list = json::array();
  for (const auto& member : members) list.push_back(memberOf(image, member));
  return http::dumpJson({{"members", std::move(list)}, {"schema", "/v2/schemas/members"}});
}

std::string memberSchemaDocument() { return http::dumpJson(memberSchema()); }

std::string membersSchemaDocument() {
  return http::dumpJson({{"name", "members"},
                         {"properties",
                          {{"members", {{"type", "array"}, {"items", memberSchema()}}},
                           {"schema", {{"type", "string"}}}}},
                         {"links", json::array({{{"rel", "describedby"}, {"href", "{schema}"}}})}});
}

}  // namespace glint::image
