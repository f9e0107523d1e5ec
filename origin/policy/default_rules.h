// The default rules of the Images API (spec: policy rules). They speak of literal roles: admin,
// member, reader, service.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace glint::origin {

// Rule name and check string.
std::vector<std::pair<std::string, std::string>> defaultRules();

}  // namespace glint::origin
