// What every fuzz target does with its input.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace glint::fuzz {

inline std::string_view asText(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// The text up to the next separator, which is taken off `rest`: several inputs in one.
inline std::string_view takeUntil(std::string_view& rest, char separator) {
  const auto at = rest.find(separator);
  const std::string_view taken = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view() : rest.substr(at + 1);
  return taken;
}

}  // namespace glint::fuzz
