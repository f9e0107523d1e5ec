// Small text helpers. ASCII only where it says so; nothing depends on the locale, nothing throws.
#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace glint {

constexpr char asciiLower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
constexpr char asciiUpper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }
constexpr bool asciiSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
constexpr bool asciiDigit(char c) { return c >= '0' && c <= '9'; }
constexpr bool asciiAlpha(char c) { return asciiLower(c) >= 'a' && asciiLower(c) <= 'z'; }

inline std::string asciiLower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = asciiLower(c);
  return lower;
}
inline std::string asciiUpper(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) c = asciiUpper(c);
  return upper;
}

// Equal without regard to the case of ASCII letters.
constexpr bool iequals(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (asciiLower(a[i]) != asciiLower(b[i])) return false;
  return true;
}

constexpr std::string_view trimRight(std::string_view text) {
  while (!text.empty() && asciiSpace(text.back())) text.remove_suffix(1);
  return text;
}
constexpr std::string_view trimLeft(std::string_view text) {
  while (!text.empty() && asciiSpace(text.front())) text.remove_prefix(1);
  return text;
}
constexpr std::string_view trim(std::string_view text) { return trimLeft(trimRight(text)); }

// The parts between separators, untrimmed, empty ones kept: "a,,b" has three, "" has one.
inline std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

// The whole of `text` as a decimal (or other base) number: no blanks, no '+', nullopt on overflow.
template <std::integral T>
requires(!std::same_as<T, bool>) std::optional<T> parseInteger(std::string_view text,
                                                               int base = 10) {
  T value{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, base);
  if (error != std::errc{} || stop != end || text.empty()) return std::nullopt;
  return value;
}

// true, 1, on, yes; false, 0, off, no; in any case.
std::optional<bool> parseBool(std::string_view text);

// Bytes of the well-formed UTF-8 sequence that `text` begins with (1–4); 0 when it is not one, or
// empty. Overlong forms, surrogates and values beyond U+10FFFF are not well-formed (RFC 3629 §4).
std::size_t utf8SequenceLength(std::string_view text);
bool validUtf8(std::string_view text);

}  // namespace glint
