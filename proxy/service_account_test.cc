#include "proxy/service_account.h"

#include <atomic>

#include <catch2/catch.hpp>

#include "base/file.h"
#include "image/time_text.h"
#include "net/testing/certificates.h"
#include "net/testing/server_fixture.h"

namespace glint::proxy {
namespace {

using namespace std::chrono_literals;

// Answers logins with tokens "t1", "t2", … that live for an hour of the clock.
struct Keystone {
  ManualClock clock;
  std::atomic<int> logins = 0;
  std::atomic<int> status = 201;
  net::testing::ServerFixture server{[this](net::ExchangePtr exchange) {
    ++logins;
    const bool right = exchange->request().target == "/identity/v3/auth/tokens?nocatalog" &&
                       exchange->request().method == http::Method::kPost;
    http::Response response;
    response.status = right ? status.load() : 404;
    response.headers.add("X-Subject-Token", "t" + std::to_string(logins));
    const auto expires = std::chrono::time_point_cast<std::chrono::microseconds>(
        clock.systemNow() + std::chrono::hours(1));
    response.body = R"({"token": {"expires_at": ")" + image::formatTime(expires) + R"("}})";
    exchange->respond(std::move(response));
  }};
  std::unique_ptr<net::SequentialClient> client = net::SequentialClient::create({}).value();

  ServiceAccountOptions options() const {
    ServiceAccountOptions options;
    options.auth_url = server.url("/identity");
    options.account.username = "edge";
    options.account.password = "very-secret";
    options.account.project_name = "service";
    return options;
  }
};

TEST_CASE("Service account: a token is kept until shortly before it ends", "[proxy]") {
  Keystone keystone;
  ServiceAccount account(keystone.options(), keystone.clock);
  REQUIRE(account.configured());
  CHECK(account.token(*keystone.client).value() == "t1");
  keystone.clock.advance(54min);
  CHECK(account.token(*keystone.client).value() == "t1");
  keystone.clock.advance(2min);
  CHECK(account.token(*keystone.client).value() == "t2");
  CHECK(keystone.logins == 2);
}

TEST_CASE("Service account: a refused token is replaced, another's refusal changes nothing",
          "[proxy]") {
  Keystone keystone;
  ServiceAccount account(keystone.options(), keystone.clock);
  CHECK(account.token(*keystone.client).value() == "t1");
  account.refused("t0");
  CHECK(account.token(*keystone.client).value() == "t1");
  account.refused("t1");
  CHECK(account.token(*keystone.client).value() == "t2");
}

TEST_CASE("Service account: Keystone's refusal says nothing of the secret", "[proxy]") {
  Keystone keystone;
  keystone.status = 401;
  ServiceAccount account(keystone.options(), keystone.clock);
  const auto token = account.token(*keystone.client);
  REQUIRE_FALSE(token);
  CHECK(token.error().code == ErrorCode::kUpstream);
  CHECK(token.error().message.find("401") != std::string::npos);
  CHECK(token.error().message.find("very-secret") == std::string::npos);
}

TEST_CASE("Service account: a token from a file is read each time", "[proxy]") {
  net::testing::TestDirectory directory;
  ServiceAccountOptions options;
  options.token_file = directory.path() + "/token";
  ServiceAccount account(options);
  auto client = net::SequentialClient::create({}).value();
  CHECK(account.configured());
  CHECK_FALSE(account.token(*client));
  REQUIRE(writeFileAtomic(options.token_file, "one\n", 0600));
  CHECK(account.token(*client).value() == "one");
  REQUIRE(writeFileAtomic(options.token_file, "two", 0600));
  CHECK(account.token(*client).value() == "two");
  REQUIRE(writeFileAtomic(options.token_file, "\n", 0600));
  CHECK_FALSE(account.token(*client));
}

TEST_CASE("Service account: what is missing is named", "[proxy]") {
  ServiceAccountOptions options;
  CHECK(validate(options));
  CHECK_FALSE(ServiceAccount(options).configured());
  const auto complains = [&options](const char* key) {
    const auto status = validate(options);
    return !status && status.error().message.find(key) != std::string::npos;
  };
  options.account.username = "edge";
  CHECK(complains("auth_url"));
  options.auth_url = "keystone:5000";
  CHECK(complains("auth_url"));
  options.auth_url = "http://keystone:5000";
  CHECK(complains("project_name"));
  options.account.project_name = "service";
  CHECK(validate(options));
  options.account.username.clear();
  CHECK(complains("username"));
  options.account.application_credential_id = "c";
  CHECK(complains("application_credential_id"));
  options.account.application_credential_secret = "s";
  CHECK(validate(options));
  options.token_file = "/some/file";
  CHECK(complains("token_file"));
}

}  // namespace
}  // namespace glint::proxy
