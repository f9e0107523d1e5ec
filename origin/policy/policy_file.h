// An operator's policy file: YAML (JSON is YAML), a map of rule name to check string.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace glint::origin {

// Check strings by rule name, for Policy::create(). The old list form is rewritten: the elements of
// the outer list are joined by "or", those of an inner list by "and"; an empty list always holds.
// Errors: kInvalidArgument with `path` and line (no YAML, no map, a rule twice, a check that cannot
// be read, another kind of value); those of reading the file.
Result<std::map<std::string, std::string>> readPolicyFile(const std::string& path);
Result<std::map<std::string, std::string>> parsePolicyText(const std::string& text,
                                                           const std::string& path);

}  // namespace glint::origin
