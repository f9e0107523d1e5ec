#include "http/range.h"

#include <ostream>

#include <catch2/catch.hpp>

namespace glint::http {

std::ostream& operator<<(std::ostream& out, const RangeAnswer& answer) {
  return out << "kind " << static_cast<int>(answer.kind) << ' ' << answer.range.offset << '+'
             << answer.range.length;
}

namespace {

using Kind = RangeAnswer::Kind;

HeaderMap with(const char* name, const char* value) {
  HeaderMap headers;
  if (value != nullptr) headers.add(name, value);
  return headers;
}

constexpr RangeAnswer kWhole{};
constexpr RangeAnswer kNotSatisfiable{Kind::kNotSatisfiable, {}};
constexpr RangeAnswer kBadRequest{Kind::kBadRequest, {}};
constexpr RangeAnswer part(std::uint64_t offset, std::uint64_t length) {
  return {Kind::kPartial, {offset, length}};
}

struct Row {
  const char* header;
  std::uint64_t size;
  RangeAnswer want;
};

}  // namespace

TEST_CASE("Image range: Range field", "[http][range]") {
  const auto row = GENERATE(values<Row>({
      {nullptr, 10, kWhole},
      {"bytes=0-3", 10, part(0, 4)},
      {"bytes=3-3", 10, part(3, 1)},
      {"bytes=8-20", 10, part(8, 2)},
      {"bytes=4-", 10, part(4, 6)},
      {"bytes=0-", 10, part(0, 10)},
      {"bytes=-4", 10, part(6, 4)},
      {"bytes=-10", 10, part(0, 10)},
      {"bytes=-11", 10, part(0, 10)},
      {"bytes=-0", 10, part(0, 10)},
      {"bytes=-99999999999999999999999", 10, part(0, 10)},
      {"bytes=0-9", 10, part(0, 10)},
      {"bytes=0-99999999999999999999999", 10, part(0, 10)},
      {"bytes=0-18446744073709551615", 10, part(0, 10)},
      {"bytes=00-007", 10, part(0, 8)},
      {"bytes= 0-3", 10, part(0, 4)},
      {"bytes=  0-3  ", 10, part(0, 4)},
      {"Bytes=0-3", 10, part(0, 4)},
      {"bytes=10-", 10, kNotSatisfiable},
      {"bytes=10-12", 10, kNotSatisfiable},
      {"bytes=99999999999999999999999-", 10, kNotSatisfiable},
      {"bytes=0-", 0, kNotSatisfiable},
      {"bytes=0-0", 0, kNotSatisfiable},
      {"bytes=-1", 0, kNotSatisfiable},
      {"bytes=-0", 0, kNotSatisfiable},
      {"bytes=3-2", 10, kNotSatisfiable},
      {"bytes=a-b", 10, kNotSatisfiable},
      {"bytes=1-2x", 10, kNotSatisfiable},
      {"bytes=+1-2", 10, kNotSatisfiable},
      {"bytes=1--2", 10, kNotSatisfiable},
      {"bytes=--2", 10, kNotSatisfiable},
      {"bytes=-", 10, kNotSatisfiable},
      {"bytes=", 10, kNotSatisfiable},
      {"bytes", 10, kNotSatisfiable},
      {"0-3", 10, kNotSatisfiable},
      {"", 10, kNotSatisfiable},
      {"items=0-3", 10, kNotSatisfiable},
      {"bytes 0-3", 10, kNotSatisfiable},
      {"bytes=0-1,4-5", 10, kBadRequest},
      {"bytes=0-1,", 10, kBadRequest},
      {"bytes=0-1,4-5", 0, kBadRequest},
      {",", 10, kBadRequest},
      {"bytes=18446744073709551614-18446744073709551615", ~0ull, part(18446744073709551614ull, 1)},
  }));
  CAPTURE(row.header, row.size);
  CHECK(resolveImageRange(with("Range", row.header), row.size) == row.want);
}

TEST_CASE("Image range: Content-Range of old clients", "[http][range]") {
  const auto row = GENERATE(values<Row>({
      {"bytes 0-3/10", 10, part(0, 4)},
      {"bytes 0-9/10", 10, part(0, 10)},
      {"bytes 2-4/*", 10, part(2, 3)},
      {"bytes 2-4/99", 10, part(2, 3)},
      {"bytes 2-10/*", 10, kNotSatisfiable},
      {"bytes 10-11/*", 10, kNotSatisfiable},
      {"bytes 0-20/30", 10, kNotSatisfiable},
      {"bytes */10", 10, kNotSatisfiable},
      {"bytes 4-2/10", 10, kNotSatisfiable},
      {"bytes 0-3", 10, kNotSatisfiable},
      {"bytes=0-3/10", 10, kNotSatisfiable},
      {"bytes 0-0/*", 0, kNotSatisfiable},
      {"bytes 0-18446744073709551615/*", 10, kNotSatisfiable},
      {"", 10, kNotSatisfiable},
  }));
  CAPTURE(row.header, row.size);
  CHECK(resolveImageRange(with("Content-Range", row.header), row.size) == row.want);
}

TEST_CASE("Image range: Range wins over Content-Range, repeated fields are a list",
          "[http][range]") {
  HeaderMap headers;
  headers.add("Content-Range", "bytes 0-3/10");
  headers.add("Range", "bytes=5-");
  CHECK(resolveImageRange(headers, 10) == part(5, 5));
  headers.add("Range", "bytes=5-");
  CHECK(resolveImageRange(headers, 10) == kBadRequest);
  headers.remove("Range");
  headers.add("Content-Range", "bytes 0-3/10");
  CHECK(resolveImageRange(headers, 10) == kNotSatisfiable);
}

TEST_CASE("Range: what cannot be used is ignored", "[http][range]") {
  const auto row = GENERATE(values<Row>({
      {nullptr, 10, kWhole},
      {"bytes=0-3", 10, part(0, 4)},
      {"bytes=4-", 10, part(4, 6)},
      {"bytes=-4", 10, part(6, 4)},
      {"bytes=-0", 10, kNotSatisfiable},
      {"bytes=10-", 10, kNotSatisfiable},
      {"bytes=-1", 0, kNotSatisfiable},
      {"bytes=3-2", 10, kWhole},
      {"bytes=0-1,4-5", 10, kWhole},
      {"items=0-3", 10, kWhole},
      {"", 10, kWhole},
  }));
  CAPTURE(row.header, row.size);
  CHECK(resolveRange(with("Range", row.header), row.size) == row.want);
}

TEST_CASE("Content-Range: formatted and parsed", "[http][range]") {
  CHECK(formatContentRange({0, 10}, 100) == "bytes 0-9/100");
  CHECK(parseContentRange("bytes 0-9/100") == ContentRange{ByteRange{0, 10}, 100});
  CHECK(parseContentRange("bytes 5-9/*") == ContentRange{ByteRange{5, 5}, std::nullopt});
  CHECK(parseContentRange("bytes */100") == ContentRange{std::nullopt, 100});
  for (const char* bad :
       {"", "bytes", "bytes */*", "bytes 0-9", "bytes 9-0/100", "bytes 0-100/100", "bytes -9/100",
        "bytes 0-/100", "bytes 0-9/-1", "bytes 0-9/", "bytes 0-9/1 ", "items 0-9/100",
        "bytes  0-9/100", "bytes 0-9/18446744073709551616"}) {
    CAPTURE(bad);
    CHECK(parseContentRange(bad) == std::nullopt);
  }
}

}  // namespace glint::http
