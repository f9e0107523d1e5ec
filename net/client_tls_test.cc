#include <catch2/catch.hpp>

#include "net/client.h"
#include "net/testing/certificates.h"
#include "net/testing/client_fixture.h"
#include "net/testing/scripted_server.h"

using glint::ErrorCode;
using glint::net::ClientOptions;
using namespace glint::net::testing;

namespace {

std::unique_ptr<ScriptedServer> tlsServer(const CertificateFiles& files, std::string client_ca) {
  return ScriptedServer::startTls(
      [](ScriptedConnection& connection) {
        while (!connection.readHead().empty()) connection.send(answer(200, "secret"));
      },
      {files.certificate, files.key, std::move(client_ca)});
}

std::string httpsUrl(const ScriptedServer& server, const char* host) {
  return "https://" + std::string(host) + ":" + std::to_string(server.port()) + "/v2/images";
}

}  // namespace

TEST_CASE("Client: TLS with a CA of one's own, connections reused", "[net][client][tls]") {
  const TestDirectory directory;
  auto authority = TestAuthority::create(directory.path(), "ca");
  auto server = tlsServer(authority->issue("server"), "");
  ClientFixture fixture({.ca_file = authority->caFile()});
  for (int i = 0; i < 3; ++i) {
    auto sink = fixture.get(httpsUrl(*server, "127.0.0.1"));
    if (sink->error) UNSCOPED_INFO(sink->error->message);
    REQUIRE(sink->complete());
    CHECK(sink->body == "secret");
  }
  CHECK(server->connections() == 1);
}

TEST_CASE("Client: TLS refuses what it cannot verify", "[net][client][tls]") {
  const TestDirectory directory;
  auto authority = TestAuthority::create(directory.path(), "ca");
  auto other = TestAuthority::create(directory.path(), "other");
  auto server = tlsServer(authority->issue("server"), "");
  ClientOptions options{.ca_file = authority->caFile()};
  std::string host = "127.0.0.1";
  SECTION("another CA") { options.ca_file = other->caFile(); }
  SECTION("the system's CAs") { options.ca_file.clear(); }
  SECTION("another name") { host = "127.0.0.2"; }
  SECTION("a CA file that is not there") { options.ca_file = directory.file("absent.pem"); }
  ClientFixture fixture(options);
  auto sink = fixture.get(httpsUrl(*server, host.c_str()));
  REQUIRE(sink->error);
  INFO(sink->error->message);
  CHECK(sink->error->code == ErrorCode::kUpstream);
  CHECK(sink->bytes == 0);
  CHECK(server->heads().empty());
}

TEST_CASE("Client: a client certificate opens a server that wants one", "[net][client][tls]") {
  const TestDirectory directory;
  auto authority = TestAuthority::create(directory.path(), "ca");
  auto other = TestAuthority::create(directory.path(), "other");
  auto server = tlsServer(authority->issue("server"), authority->caFile());
  enum class Certificate { kRight, kWrong, kNone };
  const auto which = GENERATE(Certificate::kRight, Certificate::kWrong, Certificate::kNone);
  ClientOptions options{.ca_file = authority->caFile()};
  if (which != Certificate::kNone) {
    const auto files = (which == Certificate::kRight ? authority : other)->issue("client");
    options.certificate_file = files.certificate;
    options.key_file = files.key;
  }
  ClientFixture fixture(options);
  auto sink = fixture.get(httpsUrl(*server, "localhost"));
  CHECK(sink->complete() == (which == Certificate::kRight));
  CHECK(server->heads().empty() == (which != Certificate::kRight));
}

TEST_CASE("Client: a large body over TLS with a sink that pauses", "[net][client][tls]") {
  constexpr std::uint64_t kBytes = 8ull << 20;
  const TestDirectory directory;
  auto authority = TestAuthority::create(directory.path(), "ca");
  const auto files = authority->issue("server");
  auto server = ScriptedServer::startTls(
      [](ScriptedConnection& connection) {
        connection.readHead();
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kBytes) +
                        "\r\n\r\n" + pattern(0, kBytes));
        connection.awaitClose();
      },
      {files.certificate, files.key, {}});
  ClientFixture fixture({.ca_file = authority->caFile()});
  auto sink = std::make_shared<RecordingSink>(RecordingSink::Keep::kCountOnly);
  std::unique_ptr<glint::net::Transfer> transfer;
  sink->on_data = [&] {
    fixture.loop->post([&] { transfer->resume(); });
    return glint::http::Flow::kPause;
  };
  REQUIRE(fixture.runUntil(
      [&] { return sink->over(); },
      [&] { transfer = fixture.client->start({.url = httpsUrl(*server, "127.0.0.1")}, sink); }));
  CHECK(sink->complete());
  CHECK(sink->bytes == kBytes);
  CHECK(sink->intact);
}

TEST_CASE("Client: options that cannot work are refused at once", "[net][client]") {
  ClientOptions options;
  SECTION("a certificate without its key") { options.certificate_file = "x.pem"; }
  SECTION("no connections") { options.max_connections = 0; }
  SECTION("no time") { options.stall_timeout = std::chrono::milliseconds(0); }
  SECTION("a tiny buffer") { options.receive_buffer_bytes = 1; }
  const auto valid = validate(options);
  REQUIRE_FALSE(valid);
  CHECK(valid.error().code == ErrorCode::kInvalidArgument);
}
