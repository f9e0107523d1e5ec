// Character classes of HTTP and its list syntax, ASCII only and without the locale.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "base/strings.h"

namespace glint::http {

constexpr int hexValue(char c) {  // -1: not a hex digit
  if (asciiDigit(c)) return c - '0';
  const char lower = asciiLower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// A set of bytes, looked up in one step: these tests run for every byte of every request.
template <class InSet>
constexpr std::array<bool, 256> byteTable(InSet in_set) {
  std::array<bool, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = in_set(static_cast<char>(i));
  return table;
}

// tchar of RFC 9110 §5.6.2.
inline constexpr auto kTokenChars = byteTable([](char c) {
  return asciiDigit(c) || asciiAlpha(c) ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
});
constexpr bool isTokenChar(char c) { return kTokenChars[static_cast<unsigned char>(c)]; }

// What a field value may hold (RFC 9110 §5.5): HTAB, SP, visible ASCII and obs-text.
inline constexpr auto kFieldChars = byteTable([](char c) {
  const auto byte = static_cast<unsigned char>(c);
  return c == '\t' || (byte >= 0x20 && byte != 0x7f);
});
constexpr bool isFieldChar(char c) { return kFieldChars[static_cast<unsigned char>(c)]; }

constexpr bool isToken(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), isTokenChar);
}

// Without optional whitespace at both ends: SP and HTAB only (RFC 9110 §5.6.3).
constexpr std::string_view trimOws(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Calls `use(std::string_view)` with each trimmed element of a comma-separated list, empty ones
// included.
template <class Use>
constexpr void forEachListElement(std::string_view list, Use use) {
  for (;;) {
    const auto comma = list.find(',');
    use(trimOws(list.substr(0, comma)));
    if (comma == std::string_view::npos) return;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace glint::http
