#include "proxy/options.h"

#include <catch2/catch.hpp>

namespace glint::proxy {
namespace {

TEST_CASE("Options: where the edge listens", "[proxy]") {
  struct Row {
    const char* listen;
    const char* host;  // nullptr: refused
    int port;
  };
  const auto row = GENERATE(values<Row>({
      {"127.0.0.1:9393", "127.0.0.1", 9393},
      {"[::1]:80", "::1", 80},
      {":0", "0.0.0.0", 0},
      {"127.0.0.1", nullptr, 0},
      {"127.0.0.1:", nullptr, 0},
      {"127.0.0.1:99999", nullptr, 0},
      {"127.0.0.1:http", nullptr, 0},
      {"", nullptr, 0},
  }));
  CAPTURE(row.listen);
  EdgeOptions options;
  options.upstream_url = "http://up:9292";
  options.listen = row.listen;
  const Status status = finish(options);
  REQUIRE(status.has_value() == (row.host != nullptr));
  if (!row.host) {
    CHECK(status.error().message.find("edge.listen") != std::string::npos);
  } else {
    CHECK(options.server.host == row.host);
    CHECK(options.server.port == row.port);
  }
}

TEST_CASE("Options: what belongs together is given together", "[proxy]") {
  EdgeOptions options;
  CHECK(finish(options).error().message.find("--upstream") != std::string::npos);
  options.upstream_url = "http://up";
  options.tls.key_file = "key.pem";
  CHECK(finish(options).error().message.find("certificate_file") != std::string::npos);
  options.tls.certificate_file = "cert.pem";
  REQUIRE(finish(options));
  CHECK(options.server.tls->key_file == "key.pem");
}

}  // namespace
}  // namespace glint::proxy
