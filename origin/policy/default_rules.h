// The default rules of the Images API (spec: policy rules). They speak of literal roles: admin,
// member, reader, service.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace glint::origin {

// Rule name and check string. `older_too`: joined by "or" with the rule's default of before those
// roles, where it had another.
std::vector<std::pair<std::string, std::string>> defaultRules(bool older_too = false);

// Whose the image must be beside the older default rules, for callers who are no admins.
enum class Ownership : std::uint8_t { kAny, kOwner, kNotOwner };
Ownership neededOwnership(std::string_view rule);

}  // namespace glint::origin
