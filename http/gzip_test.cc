#include "http/gzip.h"

#include <zlib.h>

#include <catch2/catch.hpp>

using namespace glint::http;

namespace {

std::string unpacked(std::string packed, std::size_t size) {
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
  std::string bytes(size + 1, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_out = static_cast<uInt>(bytes.size());
  REQUIRE(inflate(&stream, Z_FINISH) == Z_STREAM_END);
  bytes.resize(stream.total_out);
  inflateEnd(&stream);
  return bytes;
}

HeaderMap accepting(const std::string& codings) {
  HeaderMap headers;
  headers.add("Accept-Encoding", codings);
  return headers;
}

}  // namespace

TEST_CASE("gzip: who names it gets it", "[http]") {
  const auto [codings, want] = GENERATE(table<const char*, bool>({
      {"gzip", true},
      {"GZip", true},
      {"deflate, gzip;q=0.5", true},
      {"gzip;q=0.01", true},
      {"gzip;q=1", true},
      {"gzip;q=0", false},
      {"gzip; Q=0.000", false},
      {"", false},
      {"*", false},
      {"gzipped", false},
      {"identity, deflate", false},
  }));
  CAPTURE(codings);
  CHECK(acceptsGzip(accepting(codings)) == want);
  CHECK_FALSE(acceptsGzip({}));
}

TEST_CASE("gzip: texts are packed when it pays", "[http]") {
  const std::string text(20'000, 'x');
  Response response;
  response.body = text;
  compressFor(accepting("gzip"), response);
  CHECK(response.headers.get("Content-Encoding") == "gzip");
  CHECK(response.headers.get("Vary") == "Accept-Encoding");
  const auto& packed = std::get<std::string>(response.body);
  CHECK(packed.size() < 200);
  CHECK(unpacked(packed, text.size()) == text);

  Response plain;
  plain.headers.add("Vary", "Origin");
  plain.body = text;
  compressFor({}, plain);
  CHECK(std::get<std::string>(plain.body) == text);
  CHECK(plain.headers.get("Vary") == "Origin,Accept-Encoding");

  Response little;
  little.body = "{}";
  compressFor(accepting("gzip"), little);
  CHECK(std::get<std::string>(little.body) == "{}");

  Response file;
  file.body = FileRange{};
  compressFor(accepting("gzip"), file);
  CHECK_FALSE(file.headers.get("Content-Encoding"));
}
