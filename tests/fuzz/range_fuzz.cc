// Range and Content-Range: an answer lies within the size.
#include "base/check.h"
#include "base/strings.h"
#include "http/range.h"
#include "tests/fuzz/input.h"

namespace {

void checkAnswer(const glint::http::RangeAnswer& answer, std::uint64_t size) {
  if (answer.kind != glint::http::RangeAnswer::Kind::kPartial) return;
  GLINT_CHECK(answer.range.length > 0, "a part has bytes");
  GLINT_CHECK(answer.range.offset < size, "a part begins within the size");
  GLINT_CHECK(answer.range.length <= size - answer.range.offset, "a part ends within the size");
  const auto text = glint::http::formatContentRange(answer.range, size);
  const auto parsed = glint::http::parseContentRange(text);
  GLINT_CHECK(parsed && parsed->range == answer.range && parsed->size == size,
              "what is formatted can be parsed");
}

}  // namespace

// SIZE '\n' Range '\n' Content-Range
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t length) {
  auto rest = glint::fuzz::asText(data, length);
  const auto size =
      glint::parseInteger<std::uint64_t>(glint::fuzz::takeUntil(rest, '\n')).value_or(10);
  const std::string range(glint::fuzz::takeUntil(rest, '\n'));
  glint::http::HeaderMap headers;
  headers.add("Content-Range", std::string(rest));
  checkAnswer(glint::http::resolveImageRange(headers, size), size);
  headers.add("Range", range);
  checkAnswer(glint::http::resolveImageRange(headers, size), size);
  checkAnswer(glint::http::resolveRange(headers, size), size);
  const auto parsed = glint::http::parseContentRange(rest);
  if (parsed && parsed->range) GLINT_CHECK(parsed->range->length > 0, "a part has bytes");
  return 0;
}
