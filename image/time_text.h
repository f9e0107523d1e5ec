// Points in time as the Images API writes and reads them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "image/record.h"

namespace glint::image {

// "2026-01-02T03:04:05Z": UTC, fraction dropped.
std::string formatTime(Time time);

// ISO 8601: a date alone (midnight) or date and time, extended or compact form, "T" or a blank
// between them, an optional fraction, an optional zone ("Z", "+01", "+0130", "+01:30"; none is
// UTC). nullopt: not such a text, or not a date that exists.
std::optional<Time> parseTime(std::string_view text);

}  // namespace glint::image
