#include "http/range.h"

#include <algorithm>
#include <limits>

#include "http/ascii.h"

namespace glint::http {
namespace {

using Kind = RangeAnswer::Kind;

// A run of digits; values beyond 64 bits count as the largest one, which is past every size.
std::optional<std::uint64_t> parseDigits(std::string_view text) {
  if (text.empty() || !std::all_of(text.begin(), text.end(), asciiDigit)) return std::nullopt;
  return parseInteger<std::uint64_t>(text).value_or(std::numeric_limits<std::uint64_t>::max());
}

// What stands behind the unit: "a-b", "a-" (no last) or "-n" (no first).
struct RangeSpec {
  std::optional<std::uint64_t> first;
  std::optional<std::uint64_t> last;  // without `first`: the length of the suffix
};

// RFC 9110 §14.1.1; units compare without case (§14.1). nullopt: malformed, or of another unit.
std::optional<RangeSpec> parseSpec(std::string_view header) {
  constexpr std::string_view kUnit = "bytes";
  const auto equals = header.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  if (!iequals(trimOws(header.substr(0, equals)), kUnit)) return std::nullopt;
  const std::string_view spec = trimOws(header.substr(equals + 1));
  const auto dash = spec.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const std::string_view first = spec.substr(0, dash);
  const std::string_view last = spec.substr(dash + 1);
  const RangeSpec parsed{parseDigits(first), parseDigits(last)};
  if ((!first.empty() && !parsed.first) || (!last.empty() && !parsed.last)) return std::nullopt;
  if (!parsed.first && !parsed.last) return std::nullopt;
  if (parsed.first && parsed.last && *parsed.last < *parsed.first) return std::nullopt;
  return parsed;
}

RangeAnswer part(std::uint64_t first, std::uint64_t last, std::uint64_t size) {
  if (first >= size) return {Kind::kNotSatisfiable, {}};
  return {Kind::kPartial, {first, std::min(last, size - 1) - first + 1}};
}

RangeAnswer suffix(std::uint64_t length, std::uint64_t size) {
  const std::uint64_t taken = std::min(length, size);
  if (taken == 0) return {Kind::kNotSatisfiable, {}};
  return {Kind::kPartial, {size - taken, taken}};
}

RangeAnswer resolve(const RangeSpec& spec, std::uint64_t size) {
  if (!spec.first) return suffix(*spec.last, size);
  return part(*spec.first, spec.last.value_or(size), size);
}

RangeAnswer resolveLegacyContentRange(std::string_view header, std::uint64_t size) {
  const auto named = parseContentRange(header);
  if (!named || !named->range) return {Kind::kNotSatisfiable, {}};
  const ByteRange& range = *named->range;
  const bool inside = range.offset < size && range.length <= size - range.offset;
  return inside ? RangeAnswer{Kind::kPartial, range} : RangeAnswer{Kind::kNotSatisfiable, {}};
}

}  // namespace

RangeAnswer resolveRange(const HeaderMap& request, std::uint64_t size) {
  if (request.count("Range") != 1) return {};
  const auto spec = parseSpec(*request.get("Range"));
  return spec ? resolve(*spec, size) : RangeAnswer{};
}

RangeAnswer resolveImageRange(const HeaderMap& request, std::uint64_t size) {
  const auto header = request.get("Range");
  if (!header) {
    const auto legacy = request.get("Content-Range");
    if (!legacy) return {};
    if (request.count("Content-Range") > 1) return {Kind::kNotSatisfiable, {}};
    return resolveLegacyContentRange(*legacy, size);
  }
  // Repeated fields are one list (RFC 9110 §5.3).
  if (request.count("Range") > 1 || header->find(',') != std::string_view::npos) {
    return {Kind::kBadRequest, {}};
  }
  const auto spec = parseSpec(*header);
  if (!spec) return {Kind::kNotSatisfiable, {}};
  if (!spec->first && *spec->last == 0) return suffix(size, size);
  return resolve(*spec, size);
}

std::string formatContentRange(const ByteRange& range, std::uint64_t size) {
  return "bytes " + std::to_string(range.offset) + "-" +
         std::to_string(range.offset + range.length - 1) + "/" + std::to_string(size);
}

// RFC 9110 §14.4.
std::optional<ContentRange> parseContentRange(std::string_view value) {
  constexpr std::string_view kPrefix = "bytes ";
  if (!iequals(value.substr(0, kPrefix.size()), kPrefix)) return std::nullopt;
  const std::string_view rest = value.substr(kPrefix.size());
  const auto slash = rest.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string_view span = rest.substr(0, slash);
  const std::string_view total = rest.substr(slash + 1);

  ContentRange parsed;
  if (total != "*") {
    parsed.size = parseInteger<std::uint64_t>(total);
    if (!parsed.size || !asciiDigit(total.front())) return std::nullopt;
  }
  if (span == "*") return parsed.size ? std::optional(parsed) : std::nullopt;
  const auto dash = span.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto first = parseDigits(span.substr(0, dash));
  const auto last = parseDigits(span.substr(dash + 1));
  if (!first || !last || *last < *first) return std::nullopt;
  if (*last == std::numeric_limits<std::uint64_t>::max()) return std::nullopt;
  if (parsed.size && *last >= *parsed.size) return std::nullopt;
  parsed.range = ByteRange{*first, *last - *first + 1};
  return parsed;
}

}  // namespace glint::http
