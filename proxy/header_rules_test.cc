#include "proxy/header_rules.h"

#include <catch2/catch.hpp>

namespace glint::proxy {
namespace {

TEST_CASE("Header rules: hop-by-hop fields end at the edge", "[proxy]") {
  http::HeaderMap headers;
  headers.add("Connection", "close, X-Hop");
  headers.add("x-hop", "1");
  headers.add("Keep-Alive", "timeout=5");
  headers.add("Transfer-Encoding", "chunked");
  headers.add("TE", "trailers");
  headers.add("Upgrade", "h2c");
  headers.add("Content-Length", "5");
  headers.add("X-Auth-Token", "t");
  headers.add("Set-Cookie", "a");
  headers.add("Set-Cookie", "b");
  const http::HeaderMap kept = endToEndHeaders(headers);
  CHECK(kept.size() == 4);
  CHECK(kept.get("content-length") == "5");
  CHECK(kept.count("set-cookie") == 2);
  CHECK_FALSE(clientHeaders(headers).get("content-length"));
}

}  // namespace
}  // namespace glint::proxy
