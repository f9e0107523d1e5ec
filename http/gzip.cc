#include "http/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <variant>

#include "base/check.h"
#include "base/strings.h"

namespace glint::http {

namespace {

constexpr std::size_t kWorthIt = 512;  // bytes; below, the head outweighs what is saved
constexpr int kWindowBits = 15 + 16;   // the largest window, in gzip's framing
constexpr int kMemoryLevel = 8;        // zlib's default

// "gzip;q=0.000" refuses.
bool weighsNothing(std::string_view parameters) {
  for (const std::string_view parameter : split(parameters, ';')) {
    const std::string_view word = trim(parameter);
    if (!word.starts_with("q=") && !word.starts_with("Q=")) continue;
    const auto digits = trim(word.substr(2));
    return !digits.empty() &&
           std::ranges::all_of(digits, [](char c) { return c == '0' || c == '.'; });
  }
  return false;
}

}  // namespace

bool acceptsGzip(const HeaderMap& request) {
  for (const auto& [name, value] : request) {
    if (!iequals(name, "Accept-Encoding")) continue;
    for (const std::string_view coding : split(value, ',')) {
      const auto end = std::min(coding.find(';'), coding.size());
      if (iequals(trim(coding.substr(0, end)), "gzip")) return !weighsNothing(coding.substr(end));
    }
  }
  return false;
}

std::string gzip(std::string_view bytes) {
  z_stream stream{};
  GLINT_CHECK(deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kWindowBits, kMemoryLevel,
                           Z_DEFAULT_STRATEGY) == Z_OK,
              "zlib takes its own defaults");
  std::string packed(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
  // zlib reads from here only, but for its C interface's sake the pointer is not const.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  GLINT_CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END, "deflateBound() is enough");
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

void compressFor(const HeaderMap& request, Response& response) {
  auto* text = std::get_if<std::string>(&response.body);
  if (text == nullptr || text->size() < kWorthIt || response.headers.get("Content-Encoding"))
    return;
  const auto varies = response.headers.get("Vary");
  response.headers.set("Vary",
                       varies ? std::string(*varies) + ",Accept-Encoding" : "Accept-Encoding");
  if (!acceptsGzip(request)) return;
  *text = gzip(*text);
  response.headers.set("Content-Encoding", "gzip");
}

}  // namespace glint::http
