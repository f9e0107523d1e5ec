#include "origin/identity/address_range.h"

#include <catch2/catch.hpp>

namespace glint::origin {

TEST_CASE("AddressRange: what lies in it", "[identity]") {
  struct Row {
    const char* range;
    const char* address;
    bool want;
  };
  const auto row = GENERATE(values<Row>({
      {"192.0.2.7", "192.0.2.7", true},
      {"192.0.2.7", "192.0.2.8", false},
      {"192.0.2.7", "::ffff:192.0.2.7", true},
      {"10.0.0.0/8", "10.255.1.2", true},
      {"10.0.0.0/8", "11.0.0.1", false},
      {"10.0.0.0/9", "10.127.0.1", true},
      {"10.0.0.0/9", "10.128.0.1", false},
      {"0.0.0.0/0", "203.0.113.9", true},
      {"0.0.0.0/0", "2001:db8::1", false},
      {"fd00::/8", "fd12::1", true},
      {"fd00::/8", "fe80::1", false},
      {"::1", "::1", true},
      {"::1", "127.0.0.1", false},
      {"::/0", "192.0.2.7", true},
      {"10.0.0.0/8", "?", false},
      {"10.0.0.0/8", "", false},
  }));
  CAPTURE(row.range, row.address);
  const auto range = parseAddressRange(row.range);
  REQUIRE(range);
  CHECK(contains({*range}, row.address) == row.want);
}

TEST_CASE("AddressRange: what is none", "[identity]") {
  const auto* text = GENERATE("", "host", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1",
                              "10.0.0/8", "10.0.0.1/8/8", "10.0.0.1 ");
  CAPTURE(text);
  CHECK_FALSE(parseAddressRange(text));
}

}  // namespace glint::origin
