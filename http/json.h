// JSON from strangers, parsed within bounds; nlohmann's exceptions end here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"

namespace glint::http {

struct JsonLimits {
  std::size_t max_bytes = 1u << 20;
  std::uint32_t max_depth = 32;  // of arrays and objects within each other
};

// Errors: kTooLarge (max_bytes); kInvalidArgument: no JSON, bytes after it, deeper than max_depth,
// a key twice in one object (readers disagree about which counts), NUL in a string, not UTF-8, a
// number beyond a double.
Result<nlohmann::json> parseJson(std::string_view text, const JsonLimits& limits = {});

// Compact, UTF-8; malformed UTF-8 in a string becomes U+FFFD. Never fails.
std::string dumpJson(const nlohmann::json& value);

// `text` as a JSON string with its quotes.
std::string quoteJson(std::string_view text);

}  // namespace glint::http
