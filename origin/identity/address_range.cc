#include "origin/identity/address_range.h"

#include <arpa/inet.h>

#include <algorithm>
#include <optional>

#include "base/strings.h"

namespace glint::origin {
namespace {

constexpr unsigned kIpv4Prefix = 96;  // ::ffff:0:0/96
constexpr unsigned kByteBits = 8;

struct Address {
  std::array<std::uint8_t, 16> bytes{};
  bool v4 = false;
};

std::optional<Address> parseAddress(std::string_view text) {
  const std::string copy(text);
  Address address;
  if (::inet_pton(AF_INET6, copy.c_str(), address.bytes.data()) == 1) return address;
  address.bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  address.v4 = true;
  if (::inet_pton(AF_INET, copy.c_str(), address.bytes.data() + kIpv4Prefix / kByteBits) == 1)
    return address;
  return std::nullopt;
}

bool matches(const AddressRange& range, const Address& address) {
  const auto whole = range.prefix_bits / kByteBits;
  const auto rest = range.prefix_bits % kByteBits;
  if (!std::equal(range.bytes.begin(), range.bytes.begin() + whole, address.bytes.begin()))
    return false;
  if (rest == 0) return true;
  const auto shift = kByteBits - rest;
  return range.bytes[whole] >> shift == address.bytes[whole] >> shift;
}

}  // namespace

Result<AddressRange> parseAddressRange(std::string_view text) {
  const auto bad = [&] {
    return fail(ErrorCode::kInvalidArgument,
                "\"" + std::string(text) + "\" is neither an address nor a network");
  };
  const auto slash = text.find('/');
  const auto address = parseAddress(text.substr(0, slash));
  if (!address) return bad();
  AddressRange range{address->bytes, 128};
  if (slash == std::string_view::npos) return range;
  const auto bits = parseInteger<unsigned>(text.substr(slash + 1));
  if (!bits || *bits > (address->v4 ? 32U : 128U)) return bad();
  range.prefix_bits = *bits + (address->v4 ? kIpv4Prefix : 0);
  return range;
}

bool contains(const std::vector<AddressRange>& ranges, std::string_view address) {
  const auto parsed = parseAddress(address);
  return parsed && std::ranges::any_of(
                       ranges, [&](const AddressRange& range) { return matches(range, *parsed); });
}

}  // namespace glint::origin
