// What another Images API service answers: a digest that is taken over is usable as a name.
#include <algorithm>

#include "base/check.h"
#include "base/strings.h"
#include "image/upstream_json.h"
#include "tests/fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto shown = glint::image::parseShowAnswer(glint::fuzz::asText(data, size));
  if (!shown) return 0;
  GLINT_CHECK(!shown->id.value.empty(), "an image has an id");
  for (const auto& digest : {shown->checksum, shown->os_hash_value}) {
    if (!digest) continue;
    GLINT_CHECK(std::all_of(digest->begin(), digest->end(),
                            [](char c) { return glint::asciiDigit(c) || (c >= 'a' && c <= 'f'); }),
                "digests are lower-case hex");
  }
  return 0;
}
