// JSON: bounds hold, and what is written out reads as the same.
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "http/json.h"
#include "tests/fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = glint::fuzz::asText(data, size);
  const auto value = glint::http::parseJson(text, {.max_bytes = 1000, .max_depth = 8});
  (void)glint::http::quoteJson(text);
  if (!value) {
    GLINT_CHECK(!value.error().message.empty(), "an error says why");
    return 0;
  }
  GLINT_CHECK(size <= 1000, "the size is bounded");
  const auto again = glint::http::parseJson(glint::http::dumpJson(*value));
  GLINT_CHECK(again && *again == *value, "values survive");
  return 0;
}
