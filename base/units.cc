#include "base/units.h"

#include <array>
#include <limits>
#include <optional>
#include <span>

#include <fmt/core.h>

#include "base/strings.h"

namespace glint {
namespace {

struct Unit {
  std::string_view name;  // lower case
  std::uint64_t factor;
};

constexpr std::uint64_t kKi = 1024;
constexpr std::array<Unit, 17> kSizeUnits{{
    {"", 1},
    {"b", 1},
    {"k", kKi},
    {"kb", kKi},
    {"kib", kKi},
    {"m", kKi* kKi},
    {"mb", kKi* kKi},
    {"mib", kKi* kKi},
    {"g", kKi* kKi* kKi},
    {"gb", kKi* kKi* kKi},
    {"gib", kKi* kKi* kKi},
    {"t", kKi* kKi* kKi* kKi},
    {"tb", kKi* kKi* kKi* kKi},
    {"tib", kKi* kKi* kKi* kKi},
    {"p", kKi* kKi* kKi* kKi* kKi},
    {"pb", kKi* kKi* kKi* kKi* kKi},
    {"pib", kKi* kKi* kKi* kKi* kKi},
}};
constexpr std::array<Unit, 5> kDurationUnits{{
    {"ms", 1},
    {"s", 1000},
    {"m", 60 * 1000},
    {"h", 3600 * 1000},
    {"d", 86400 * 1000},
}};

tl::unexpected<Error> bad(std::string_view text, std::string_view why) {
  return fail(ErrorCode::kInvalidArgument, fmt::format("'{}' {}", text, why));
}

// `text` = digits [ "." digits ] unit. The fraction is computed in integers, so "1.5T" is exact.
Result<std::uint64_t> parseQuantity(std::string_view text, std::span<const Unit> units,
                                    std::string_view unit_names) {
  const auto digitsEnd = [&](std::size_t from) {
    while (from < text.size() && asciiDigit(text[from])) ++from;
    return from;
  };
  const std::size_t whole_end = digitsEnd(0);
  std::size_t number_end = whole_end;
  std::string_view fraction;
  if (whole_end < text.size() && text[whole_end] == '.') {
    number_end = digitsEnd(whole_end + 1);
    fraction = text.substr(whole_end + 1, number_end - whole_end - 1);
    if (fraction.empty()) return bad(text, "has no digits after the decimal point");
    if (fraction.size() > 9) return bad(text, "has more than nine decimals");
  }
  if (whole_end == 0) return bad(text, "does not begin with a number");

  const std::string unit_name = asciiLower(trim(text.substr(number_end)));
  std::optional<std::uint64_t> factor;
  for (const Unit& unit : units)
    if (unit.name == unit_name) factor = unit.factor;
  const auto whole = parseInteger<std::uint64_t>(text.substr(0, whole_end));
  if (!factor && unit_name.empty() && whole == 0 && fraction.empty()) return 0;
  if (!factor && unit_name.empty()) return bad(text, fmt::format("lacks a unit ({})", unit_names));
  if (!factor)
    return bad(text, fmt::format("has the unknown unit '{}' (known: {})", unit_name, unit_names));
  if (!whole || *whole > std::numeric_limits<std::int64_t>::max() / *factor)
    return bad(text, "is too large");

  std::uint64_t result = *whole * *factor;
  std::uint64_t part = *factor;
  std::uint64_t remainder = 0;  // of the digits so far, in units of 10^-k of the factor
  std::uint64_t scale = 1;
  for (const char digit : fraction) {
    remainder = remainder * 10 + static_cast<std::uint64_t>(digit - '0');
    scale *= 10;
  }
  // factor ≤ 2^50 and remainder < 10^9 < 2^30: split so that nothing overflows.
  result += part / scale * remainder + part % scale * remainder / scale;
  return result;
}

}  // namespace

Result<std::uint64_t> parseSize(std::string_view text) {
  return parseQuantity(trim(text), kSizeUnits, "B, K, M, G, T, P");
}

std::string formatSize(std::uint64_t bytes) {
  constexpr std::string_view kNames = "PTGMK";
  int shift = 50;
  for (const char name : kNames) {
    const std::uint64_t factor = 1ULL << shift;
    if (bytes != 0 && bytes % factor == 0) return fmt::format("{}{}", bytes / factor, name);
    shift -= 10;
  }
  return fmt::format("{}", bytes);
}

std::string humanSize(std::uint64_t bytes) {
  constexpr std::array<const char*, 6> kNames{"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  std::size_t step = 0;
  auto value = static_cast<double>(bytes);
  while (value >= 1024 && step + 1 < kNames.size()) {
    value /= 1024;
    ++step;
  }
  if (step == 0) return fmt::format("{} B", bytes);
  return fmt::format("{:.1f} {}", value, kNames[step]);
}

Result<std::chrono::milliseconds> parseDuration(std::string_view text) {
  return parseQuantity(trim(text), kDurationUnits, "ms, s, m, h, d").map([](std::uint64_t ms) {
    return std::chrono::milliseconds(static_cast<std::int64_t>(ms));
  });
}

std::string formatDuration(std::chrono::milliseconds duration) {
  const auto count = duration.count();
  if (count == 0) return "0s";
  for (std::size_t i = kDurationUnits.size(); i-- > 0;) {
    const auto factor = static_cast<std::int64_t>(kDurationUnits[i].factor);
    if (count % factor == 0) return fmt::format("{}{}", count / factor, kDurationUnits[i].name);
  }
  return fmt::format("{}ms", count);
}

}  // namespace glint
