// Byte ranges: RFC 9110 §14, and the stricter rules of image downloads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/headers.h"

namespace glint::http {

struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;  // never 0 in a satisfiable range
  bool operator==(const ByteRange&) const = default;
};

struct RangeAnswer {
  enum class Kind : std::uint8_t {
    kWhole,           // 200 with everything
    kPartial,         // 206 with `range`
    kNotSatisfiable,  // 416
    kBadRequest,      // 400
  };
  Kind kind = Kind::kWhole;
  ByteRange range;  // kPartial: within the size
  bool operator==(const RangeAnswer&) const = default;
};

// RFC 9110 §14.2 for one representation of `size` bytes: no, malformed, foreign-unit and multiple
// ranges give kWhole (a server may ignore them), an unsatisfiable one kNotSatisfiable.
RangeAnswer resolveRange(const HeaderMap& request, std::uint64_t size);

// The Images API's rules for GET /v2/images/{id}/file of an image with `size` bytes of data:
// malformed ranges are not satisfiable, several ranges are a bad request, a suffix of 0 bytes means
// all, and without Range a Content-Range field names the part.
RangeAnswer resolveImageRange(const HeaderMap& request, std::uint64_t size);

// The Content-Range field of a 206: "bytes 0-9/100".
std::string formatContentRange(const ByteRange& range, std::uint64_t size);

// The Content-Range field of a received response: "bytes 0-9/100", "bytes 0-9/*", "bytes */100".
struct ContentRange {
  std::optional<ByteRange> range;
  std::optional<std::uint64_t> size;
  bool operator==(const ContentRange&) const = default;
};
std::optional<ContentRange> parseContentRange(std::string_view value);  // nullopt: malformed

}  // namespace glint::http
