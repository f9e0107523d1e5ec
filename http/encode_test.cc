#include "http/encode.h"

#include <catch2/catch.hpp>

#include "http/status.h"

namespace glint::http {
namespace {

using namespace std::chrono_literals;
constexpr std::chrono::system_clock::time_point kEpoch{};

std::string encode(int status, const HeaderMap& headers, const Framing& framing) {
  std::string out;
  appendResponseHead(out, status, headers, framing, "D");
  return out;
}

}  // namespace

TEST_CASE("DateCache: IMF-fixdate", "[http][encode]") {
  DateCache cache;
  CHECK(cache.at(kEpoch) == "Thu, 01 Jan 1970 00:00:00 GMT");
  CHECK(cache.at(kEpoch + 784111777s) == "Sun, 06 Nov 1994 08:49:37 GMT");  // RFC 9110 §5.6.7
  CHECK(cache.at(kEpoch + 784111777s + 900ms) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(cache.at(kEpoch + 784111778s) == "Sun, 06 Nov 1994 08:49:38 GMT");
  CHECK(cache.at(kEpoch + 4102444799s) == "Thu, 31 Dec 2099 23:59:59 GMT");
}

TEST_CASE("Response head: framing decides its fields", "[http][encode]") {
  HeaderMap headers;
  headers.add("X-A", "b");
  using K = Framing::Kind;
  CHECK(encode(200, headers, {.kind = K::kLength, .length = 12}) ==
        "HTTP/1.1 200 OK\r\nX-A: b\r\nDate: D\r\nContent-Length: 12\r\n\r\n");
  CHECK(encode(200, headers, {.kind = K::kChunked, .keep_alive = false}) ==
        "HTTP/1.1 200 OK\r\nX-A: b\r\nDate: D\r\nTransfer-Encoding: chunked\r\n"
        "Connection: close\r\n\r\n");
  CHECK(encode(204, {}, {.kind = K::kNone}) == "HTTP/1.1 204 No Content\r\nDate: D\r\n\r\n");
  CHECK(encode(200, {}, {.kind = K::kLength, .length = ~0ull, .http_1_0_client = true}) ==
        "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Length: 18446744073709551615\r\n"
        "Connection: keep-alive\r\n\r\n");
  CHECK(encode(200, {}, {.kind = K::kClose, .keep_alive = false}) ==
        "HTTP/1.1 200 OK\r\nDate: D\r\nConnection: close\r\n\r\n");
}

TEST_CASE("Response head: a caller's framing fields are skipped, its Date is kept",
          "[http][encode]") {
  HeaderMap headers;
  for (const char* name : {"content-length", "Transfer-Encoding", "Connection", "keep-alive"}) {
    headers.add(name, "1");
  }
  headers.add("date", "theirs");
  CHECK(encode(200, headers, {.length = 0}) ==
        "HTTP/1.1 200 OK\r\ndate: theirs\r\nContent-Length: 0\r\n\r\n");
}

TEST_CASE("Response head: a value cannot split the response", "[http][encode]") {
  HeaderMap headers;
  headers.add("Location", std::string("/a\r\nSet-Cookie: x\0\x7f", 19));
  headers.add("Bad Name", "x");
  headers.add("Bad:Name", "x");
  headers.add("Bad\r\nName", "x");
  headers.add("", "x");
  CHECK(encode(201, headers, {.length = 0}) ==
        "HTTP/1.1 201 Created\r\nLocation: /a  Set-Cookie: x  \r\nDate: D\r\n"
        "Content-Length: 0\r\n\r\n");
}

TEST_CASE("Chunk framing: sizes are hexadecimal", "[http][encode]") {
  std::string out;
  appendChunkHeader(out, 0x1a2b);
  out.append(kChunkEnd).append(kLastChunk);
  CHECK(out == "1a2b\r\n\r\n0\r\n\r\n");
}

TEST_CASE("Status: phrases and bodiless codes", "[http]") {
  CHECK(reasonPhrase(404) == "Not Found");
  CHECK(reasonPhrase(299) == "Success");
  CHECK(reasonPhrase(418) == "Client Error");
  CHECK(reasonPhrase(599) == "Server Error");
  CHECK(isBodiless(204));
  CHECK(isBodiless(304));
  CHECK(isBodiless(100));
  CHECK_FALSE(isBodiless(200));
}

}  // namespace glint::http
