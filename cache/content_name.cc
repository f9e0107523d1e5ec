#include "cache/content_name.h"

#include <algorithm>
#include <charconv>

namespace glint::cache {
namespace {

constexpr std::size_t kMaxAlgorithm = 32;
constexpr std::size_t kMinHex = 8;
constexpr std::size_t kMaxHex = 192;
constexpr std::size_t kMaxSerialDigits = 16;

bool isHexDigit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }
bool isAlgorithmChar(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-';
}

}  // namespace

bool isNameable(const image::ContentDigest& digest) {
  const auto& [algorithm, hex] = digest;
  return !algorithm.empty() && algorithm.size() <= kMaxAlgorithm && hex.size() >= kMinHex &&
         hex.size() <= kMaxHex &&
         std::all_of(algorithm.begin(), algorithm.end(), isAlgorithmChar) &&
         std::all_of(hex.begin(), hex.end(), isHexDigit);
}

std::string digestName(const image::ContentDigest& digest) {
  return digest.algorithm + '-' + digest.hex;
}

std::optional<image::ContentDigest> parseDigestName(std::string_view name) {
  const auto dash = name.rfind('-');
  if (dash == std::string_view::npos) return std::nullopt;
  image::ContentDigest digest{std::string(name.substr(0, dash)),
                              std::string(name.substr(dash + 1))};
  if (!isNameable(digest)) return std::nullopt;
  return digest;
}

std::string fileName(const ContentName& name) {
  char digits[kMaxSerialDigits];
  const auto end = std::to_chars(digits, digits + sizeof digits, name.serial, 16).ptr;
  return digestName(name.digest) + '.' + std::string(digits, end);
}

std::string fanOut(const image::ContentDigest& d) { return d.hex.substr(0, 2); }

std::optional<ContentName> parseFileName(std::string_view name) {
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos) return std::nullopt;
  auto digest = parseDigestName(name.substr(0, dot));
  if (!digest) return std::nullopt;
  const std::string_view digits = name.substr(dot + 1);
  std::uint64_t serial = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), serial, 16);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  ContentName parsed{std::move(*digest), serial};
  if (fileName(parsed) != name) return std::nullopt;  // one spelling only
  return parsed;
}

}  // namespace glint::cache
