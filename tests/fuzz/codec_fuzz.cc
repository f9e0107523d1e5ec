// Requests: the same events however the stream is cut, and body pieces within the input.
#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "base/check.h"
#include "http/codec.h"
#include "tests/fuzz/input.h"

namespace {

using glint::http::DecoderLimits;
using glint::http::RequestDecoder;
using Kind = RequestDecoder::Event::Kind;

std::string describe(const glint::http::RequestHead& head) {
  std::string text = head.method_token + " " + head.target + " " +
                     std::to_string(head.version_minor) + std::to_string(head.keep_alive) +
                     std::to_string(head.expect_continue) + std::to_string(head.chunked) +
                     std::to_string(head.content_length.value_or(0));
  for (const auto& [name, value] : head.headers) {
    text.append("\n").append(name).append(":").append(value);
    GLINT_CHECK(value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos,
                "a value is one line");
  }
  GLINT_CHECK(head.target == "*" || head.target.front() == '/', "targets are in origin-form");
  GLINT_CHECK(!(head.chunked && head.content_length), "one framing");
  return text;
}

// Feeds pieces whose lengths follow from `cuts` (0: everything at once).
std::string decode(std::string_view input, std::uint32_t cuts, const DecoderLimits& limits) {
  RequestDecoder decoder(limits);
  std::string trace;
  bool in_body = false;
  while (!input.empty()) {
    cuts = cuts * 1664525u + (cuts == 0 ? 0 : 1013904223u);
    const std::size_t length = cuts == 0 ? input.size() : (cuts >> 24) % 19;
    auto piece = input.substr(0, length);
    input.remove_prefix(piece.size());
    auto bytes = std::as_bytes(std::span(piece.data(), piece.size()));
    for (;;) {
      const auto event = decoder.next(bytes);
      GLINT_CHECK(event.consumed <= bytes.size(), "no more is consumed than was given");
      const auto done = bytes.first(event.consumed);
      bytes = bytes.subspan(event.consumed);
      if (event.kind == Kind::kNeedMore) {
        GLINT_CHECK(bytes.empty(), "everything is consumed before more is wanted");
        break;
      }
      if (event.kind == Kind::kBody) {
        GLINT_CHECK(!event.body.empty(), "a body piece has bytes");
        GLINT_CHECK(event.body.data() >= done.data(), "a body piece lies in the input");
        GLINT_CHECK(event.body.data() + event.body.size() == done.data() + done.size(),
                    "a body piece ends what is consumed");
        if (!in_body) trace += "\nbody ";
        trace.append(reinterpret_cast<const char*>(event.body.data()), event.body.size());
        in_body = true;
        continue;
      }
      in_body = false;
      if (event.kind == Kind::kError) {
        return trace + "\nerror " + std::to_string(decoder.error().status);
      }
      trace += event.kind == Kind::kHead ? "\nhead " + describe(decoder.takeHead()) : "\nend";
    }
  }
  return trace + (decoder.idle() ? "\nidle" : "");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto input = glint::fuzz::asText(data + 2, size - 2);
  DecoderLimits limits;
  if (data[1] % 4 == 0) {
    limits = {.max_head_bytes = 200,
              .max_headers = 4,
              .max_target_bytes = 40,
              .max_chunk_line_bytes = 20};
  }
  const std::string whole = decode(input, 0, limits);
  GLINT_CHECK(decode(input, data[0] + 1u, limits) == whole, "cutting changes nothing");
  return 0;
}
