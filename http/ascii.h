// Character classes of HTTP and comparisons without case, ASCII only and without the locale.
#pragma once

#include <algorithm>
#include <string_view>

namespace glint::http {

constexpr char toLower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
constexpr bool isDigit(char c) { return c >= '0' && c <= '9'; }
constexpr bool isAlpha(char c) { return toLower(c) >= 'a' && toLower(c) <= 'z'; }

constexpr int hexValue(char c) {  // -1: not a hex digit
  if (isDigit(c)) return c - '0';
  const char lower = toLower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// tchar of RFC 9110 §5.6.2.
constexpr bool isTokenChar(char c) {
  return isDigit(c) || isAlpha(c) ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

// What a field value may hold (RFC 9110 §5.5): HTAB, SP, visible ASCII and obs-text.
constexpr bool isFieldChar(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return c == '\t' || (byte >= 0x20 && byte != 0x7f);
}

constexpr bool isToken(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), isTokenChar);
}

constexpr bool equalsNoCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return toLower(x) == toLower(y);
         });
}

// Without optional whitespace (SP, HTAB) at both ends.
constexpr std::string_view trim(std::string_view text) {
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
    use(trim(list.substr(0, comma)));
    if (comma == std::string_view::npos) return;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace glint::http
