// A project with which an image is shared, as the Images API knows it (spec: members).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "image/record.h"

namespace glint::image {

enum class MemberStatus : std::uint8_t { kPending, kAccepted, kRejected };

struct Member {
  std::string project;
  MemberStatus status = MemberStatus::kPending;
  Time created_at{};
  Time updated_at{};
};

const char* toString(MemberStatus status);
std::optional<MemberStatus> parseMemberStatus(std::string_view text);

// Bodies of requests. Errors: kInvalidArgument.
Result<std::string> readNewMember(std::string_view body);  // {"member": "<project>"}
// {"status": "accepted"}: the word as it stands there, empty when it is none. Whether it is a
// status is asked after whether there is such a member.
Result<std::string> readMemberStatus(std::string_view body);

std::string memberJson(const ImageId& image, const Member& member);
std::string memberListJson(const ImageId& image, const std::vector<Member>& members);

// The documents /v2/schemas/member and /v2/schemas/members.
std::string memberSchemaDocument();
std::string membersSchemaDocument();

}  // namespace glint::image
