// URLs: encoding is undone by decoding, what is written out reads as the same.
#include "base/check.h"
#include "base/strings.h"
#include "http/url.h"
#include "tests/fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace http = glint::http;
  const auto text = glint::fuzz::asText(data, size);
  for (const auto plus : {http::Plus::kLiteral, http::Plus::kSpace}) {
    const auto decoded = http::percentDecode(text, plus);
    if (!decoded) continue;
    GLINT_CHECK(glint::validUtf8(*decoded), "decoded text is UTF-8");
    GLINT_CHECK(http::percentDecode(http::percentEncode(*decoded), plus) == *decoded,
                "decoding undoes encoding");
  }
  if (const auto pairs = http::parseQuery(text)) {
    GLINT_CHECK(http::parseQuery(http::formatQuery(*pairs)) == *pairs, "queries survive");
  }
  if (const auto url = http::parseUrl(text)) {
    GLINT_CHECK(http::parseUrl(url->text()) == *url, "URLs survive");
  }
  return 0;
}
