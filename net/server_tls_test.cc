// TLS at the server: verified by our own client.
#include <filesystem>

#include <catch2/catch.hpp>

#include "net/client.h"
#include "net/testing/certificates.h"
#include "net/testing/client_fixture.h"
#include "net/testing/server_fixture.h"

using namespace std::chrono_literals;
using glint::ErrorCode;
using glint::http::Stream;
using glint::net::ClientOptions;
using glint::net::ExchangePtr;
using glint::net::fetchBlocking;
using glint::net::ServerOptions;
using glint::net::TlsOptions;
using namespace glint::net::testing;

namespace {

void sayHello(const ExchangePtr& exchange) { exchange->respond(textResponse(200, "hello")); }

ServerOptions withTls(const CertificateFiles& files, std::string client_ca = {}) {
  ServerOptions options;
  options.tls = TlsOptions{files.certificate, files.key, std::move(client_ca)};
  return options;
}

std::string httpsUrl(const ServerFixture& fixture) {
  return "https://127.0.0.1:" + std::to_string(fixture.port()) + "/";
}

void replace(const CertificateFiles& with, const CertificateFiles& files) {
  using std::filesystem::copy_options;
  std::filesystem::copy_file(with.certificate, files.certificate, copy_options::overwrite_existing);
  std::filesystem::copy_file(with.key, files.key, copy_options::overwrite_existing);
}

}  // namespace

TEST_CASE("Server: TLS serves small and large bodies", "[net][server][tls]") {
  constexpr std::uint64_t kBytes = 16ull << 20;
  const TestDirectory directory;
  auto authority = TestAuthority::create(directory.path(), "ca");
  ServerFixture fixture(
      [&](const ExchangePtr& exchange) {
        if (exchange->request().target == "/") return sayHello(exchange);
        glint::http::Response response;
        response.body = Stream{std::make_shared<PatternSource>(kBytes), kBytes};
        exchange->respond(std::move(response));
      },
      withTls(authority->issue("server")));
  ClientFixture client({.ca_file = authority->caFile()});
  for (int i = 0; i < 3; ++i) CHECK(client.get(httpsUrl(fixture))->body == "hello");
  CHECK(fixture.observer.opened == 1);
  const auto large = client.get(httpsUrl(fixture) + "large");
  CHECK(large->complete());
  CHECK(large->body == pattern(0, kBytes));
}

TEST_CASE("Server: plain bytes on a TLS port do no harm", "[net][server][tls]") {
  const TestDirectory directory;
  auto authority = TestAuthority::create(directory.path(), "ca");
  ServerFixture fixture(sayHello, withTls(authority->issue("server")));
  RawClient client(fixture.port());
  REQUIRE(client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
  CHECK(client.ended());
  CHECK(eventually([&] { return fixture.observer.refused("tls") == 1; }));
  CHECK(fetchBlocking({.ca_file = authority->caFile()}, {.url = httpsUrl(fixture)}, 100));
}

TEST_CASE("Server: a handshake that does not come to its end is bounded", "[net][server][tls]") {
  const TestDirectory directory;
  auto authority = TestAuthority::create(directory.path(), "ca");
  auto options = withTls(authority->issue("server"));
  options.header_timeout = 80ms;
  ServerFixture fixture(sayHello, options);
  RawClient client(fixture.port());
  REQUIRE(client.send("\x16\x03\x01"));
  CHECK(client.ended());
}

TEST_CASE("Server: a reload takes the new certificate, a bad one changes nothing",
          "[net][server][tls]") {
  const TestDirectory directory;
  auto old_authority = TestAuthority::create(directory.path(), "old");
  auto new_authority = TestAuthority::create(directory.path(), "new");
  const auto files = old_authority->issue("server");
  ServerFixture fixture(sayHello, withTls(files));
  const auto works = [&](const TestAuthority& authority) {
    return fetchBlocking({.ca_file = authority.caFile()}, {.url = httpsUrl(fixture)}, 100)
        .has_value();
  };
  REQUIRE(works(*old_authority));
  ClientFixture open({.ca_file = old_authority->caFile()});
  REQUIRE(open.get(httpsUrl(fixture))->complete());

  replace(new_authority->issue("next"), files);
  CHECK(works(*old_authority));  // nothing happens by itself
  REQUIRE(fixture.server->reloadTls());
  CHECK(works(*new_authority));
  CHECK_FALSE(works(*old_authority));
  CHECK(open.get(httpsUrl(fixture))->complete());  // on its old connection

  std::filesystem::resize_file(files.key, 10);
  const auto reloaded = fixture.server->reloadTls();
  REQUIRE_FALSE(reloaded);
  CHECK(reloaded.error().code == ErrorCode::kInvalidArgument);
  CHECK(reloaded.error().message.find("server.key") != std::string::npos);
  CHECK(works(*new_authority));
}

TEST_CASE("Server: mutual TLS lets in whom its CA knows", "[net][server][tls]") {
  const TestDirectory directory;
  auto authority = TestAuthority::create(directory.path(), "ca");
  auto other = TestAuthority::create(directory.path(), "other");
  ServerFixture fixture(sayHello, withTls(authority->issue("server"), authority->caFile()));
  ClientOptions options{.ca_file = authority->caFile()};
  SECTION("no certificate") {
    CHECK_FALSE(fetchBlocking(options, {.url = httpsUrl(fixture)}, 100));
    CHECK(fixture.observer.finished().empty());
  }
  SECTION("of another CA") {
    const auto files = other->issue("client");
    options.certificate_file = files.certificate;
    options.key_file = files.key;
    CHECK_FALSE(fetchBlocking(options, {.url = httpsUrl(fixture)}, 100));
    CHECK(fixture.observer.finished().empty());
  }
  SECTION("of its CA") {
    const auto files = authority->issue("edge-7");
    options.certificate_file = files.certificate;
    options.key_file = files.key;
    CHECK(fetchBlocking(options, {.url = httpsUrl(fixture)}, 100));
    REQUIRE(eventually([&] { return fixture.observer.finished().size() == 1; }));
    CHECK(fixture.observer.finished().at(0).tls_subject.find("edge-7") != std::string::npos);
  }
}

TEST_CASE("Server: TLS files that do not fit are named", "[net][server][tls]") {
  const TestDirectory directory;
  auto authority = TestAuthority::create(directory.path(), "ca");
  const auto files = authority->issue("server");
  RecordingObserver observer;
  TlsOptions tls{files.certificate, files.key, ""};
  std::string named;
  SECTION("no certificate") { named = tls.certificate_file = directory.file("absent.pem"); }
  SECTION("no key") { named = tls.key_file = directory.file("absent.key"); }
  SECTION("somebody else's key") { named = tls.key_file = authority->issue("other").key; }
  SECTION("no client CA") { named = tls.client_ca_file = directory.file("absent-ca.pem"); }
  ServerOptions options{.loops = 1};
  options.tls = tls;
  const auto server = glint::net::Server::start(
      options, [](auto&) { return std::make_unique<LambdaHandler>(sayHello); }, observer);
  REQUIRE_FALSE(server);
  CHECK(server.error().code == ErrorCode::kInvalidArgument);
  CHECK(server.error().message.find(named) != std::string::npos);
}
