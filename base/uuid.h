// UUIDs as text: 8-4-4-4-12 hex digits.
#pragma once

#include <string>
#include <string_view>

namespace glint {

std::string makeUuid();                  // random (version 4), lower case
bool looksLikeUuid(std::string_view s);  // 36 characters, hex digits in any case, dashes in place

}  // namespace glint
