// Addresses of hosts: one, or those that share a prefix ("192.0.2.7", "10.0.0.0/8", "fd00::/8").
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace glint::origin {

struct AddressRange {
  std::array<std::uint8_t, 16> bytes{};  // IPv4 as ::ffff:a.b.c.d
  unsigned prefix_bits = 128;
};

// Errors: kInvalidArgument.
Result<AddressRange> parseAddressRange(std::string_view text);

// Whether the numeric address lies in one of the ranges; false for what is no address.
bool contains(const std::vector<AddressRange>& ranges, std::string_view address);

}  // namespace glint::origin
