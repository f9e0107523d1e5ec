// Against a scripted Keystone; the real one is in the end-to-end tests.
#include "origin/identity/keystone_client.h"

#include <atomic>

#include <catch2/catch.hpp>

#include "net/testing/scripted_server.h"

namespace glint::origin {
namespace {

using net::testing::ScriptedConnection;
using net::testing::ScriptedServer;

std::string tokenBody(const char* user) {
  return std::string(R"({"token":{"user":{"id":")") + user +
         R"("},"project":{"id":"p"},"roles":[],"expires_at":"2100-01-01T00:00:00Z"}})";
}

std::string created(const std::string& token) {
  const auto body = tokenBody("service");
  return "HTTP/1.1 201 Created\r\nX-Subject-Token: " + token +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

// Logs in everybody; what it says of a token is up to the test.
class FakeKeystone {
 public:
  explicit FakeKeystone(std::function<std::string(const std::string& head)> validate)
      : validate_(std::move(validate)),
        server_(ScriptedServer::start([this](ScriptedConnection& c) { serve(c); })) {}

  KeystoneOptions options() const {
    KeystoneOptions options;
    options.auth_url = server_->url("");
    options.username = "glance";
    options.password = "secret";
    options.project_name = "service";
    options.retries = 1;
    options.timeout_s = 5;
    return options;
  }
  const ScriptedServer& server() const { return *server_; }

  std::atomic<int> logins = 0;
  std::atomic<int> validations = 0;

 private:
  void serve(ScriptedConnection& connection) {
    for (;;) {
      const auto head = connection.readHead();
      if (head.empty()) return;
      std::string answer;
      if (head.starts_with("POST")) {
        const auto at = head.find("Content-Length: ");
        connection.read(std::stoul(head.substr(at + 16)));
        answer = created("own-" + std::to_string(++logins));
      } else {
        ++validations;
        answer = validate_(head);
      }
      if (!connection.send(answer)) return;
    }
  }

  std::function<std::string(const std::string&)> validate_;
  std::unique_ptr<ScriptedServer> server_;
};

RequestContext within(std::chrono::milliseconds span) {
  RequestContext context;
  context.deadline = std::chrono::steady_clock::now() + span;
  return context;
}
RequestContext soon() { return within(std::chrono::seconds(20)); }
constexpr auto kRefuse = KeystoneClient::Expired::kRefuse;

}  // namespace

TEST_CASE("KeystoneClient: validates with a token of its own, kept", "[identity][keystone]") {
  FakeKeystone keystone([](const std::string& head) {
    return head.find("X-Subject-Token: good\r\n") != std::string::npos
               ? net::testing::answer(200, tokenBody("alice"))
               : net::testing::answer(404, "{}");
  });
  const auto client = KeystoneClient::create(keystone.options());
  REQUIRE(client);
  for (int i = 0; i < 3; ++i) {
    const auto known = (*client)->validate(soon(), "good", kRefuse);
    REQUIRE(known);
    REQUIRE(*known);
    CHECK((*known)->caller.user_id == "alice");
  }
  const auto unknown = (*client)->validate(soon(), "bad", kRefuse);
  REQUIRE(unknown);
  CHECK_FALSE(*unknown);
  CHECK(keystone.logins == 1);
  CHECK(keystone.server().connections() == 1);
  for (const auto& head : keystone.server().heads())
    CHECK(head.find(head.starts_with("POST") ? " /v3/auth/tokens?nocatalog " : "own-1") !=
          std::string::npos);
}

TEST_CASE("KeystoneClient: a service token that was revoked is renewed", "[identity][keystone]") {
  FakeKeystone keystone([](const std::string& head) {
    return head.find("own-2") != std::string::npos ? net::testing::answer(200, tokenBody("alice"))
                                                   : net::testing::answer(401, "{}");
  });
  const auto client = KeystoneClient::create(keystone.options()).value();
  CHECK((*client->validate(soon(), "good", kRefuse)).has_value());
  CHECK(keystone.logins == 2);
}

TEST_CASE("KeystoneClient: an account that may not validate is told apart",
          "[identity][keystone]") {
  const int status = GENERATE(401, 403);
  FakeKeystone keystone([&](const std::string&) { return net::testing::answer(status, "{}"); });
  const auto client = KeystoneClient::create(keystone.options()).value();
  CHECK(client->validate(soon(), "good", kRefuse).error().code == ErrorCode::kUpstream);
}

TEST_CASE("KeystoneClient: a server's error is tried again, then told", "[identity][keystone]") {
  std::atomic<int> failures = 1;
  FakeKeystone keystone([&](const std::string&) {
    return failures-- > 0 ? net::testing::answer(503, "")
                          : net::testing::answer(200, tokenBody("alice"));
  });
  ManualClock clock;
  const auto client = KeystoneClient::create(keystone.options(), clock).value();
  CHECK((*client->validate(soon(), "good", kRefuse)).has_value());
  failures = 2;
  CHECK(client->validate(soon(), "good", kRefuse).error().code == ErrorCode::kOverloaded);
  // For a moment it is not even asked.
  const int asked = keystone.validations;
  CHECK(client->validate(soon(), "good", kRefuse).error().code == ErrorCode::kOverloaded);
  CHECK(keystone.validations == asked);
  clock.advance(std::chrono::seconds(2));
  CHECK((*client->validate(soon(), "good", kRefuse)).has_value());
}

TEST_CASE("KeystoneClient: the wait is bounded", "[identity][keystone]") {
  FakeKeystone keystone([](const std::string&) { return std::string(); });  // says nothing
  const auto client = KeystoneClient::create(keystone.options()).value();
  const auto context = within(std::chrono::milliseconds(300));
  const auto began = std::chrono::steady_clock::now();
  CHECK_FALSE(client->validate(context, "good", kRefuse));
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(4));
}

TEST_CASE("KeystoneClient: expired tokens are allowed by name", "[identity][keystone]") {
  FakeKeystone keystone([](const std::string& head) {
    return head.find("&allow_expired=1") != std::string::npos
               ? net::testing::answer(200, tokenBody("alice"))
               : net::testing::answer(404, "{}");
  });
  const auto client = KeystoneClient::create(keystone.options()).value();
  CHECK_FALSE(*client->validate(soon(), "old", kRefuse));
  CHECK((*client->validate(soon(), "old", KeystoneClient::Expired::kAllow)).has_value());
}

TEST_CASE("KeystoneOptions: what is missing is named", "[identity][keystone]") {
  KeystoneOptions options;
  const auto complaint = [&] {
    const auto status = validate(options);
    return status ? std::string() : status.error().message;
  };
  using Catch::Matchers::Contains;
  CHECK_THAT(complaint(), Contains("auth_url"));
  options.auth_url = "keystone:5000";
  CHECK_THAT(complaint(), Contains("auth_url"));
  options.auth_url = "http://keystone:5000/v3/";
  CHECK_THAT(complaint(), Contains("username"));
  options.username = "glance";
  CHECK_THAT(complaint(), Contains("project_name"));
  options.project_name = "service";
  CHECK(complaint().empty());
  options.auth_type = "v3oidcpassword";
  CHECK_THAT(complaint(), Contains("auth_type"));
  options.auth_type = "v3applicationcredential";
  CHECK_THAT(complaint(), Contains("application_credential_secret"));
  options.application_credential_secret = "s";
  CHECK_THAT(complaint(), Contains("application_credential_id"));
  options.application_credential_id = "i";
  CHECK(complaint().empty());
}

TEST_CASE("KeystoneClient: all tries together end with the deadline", "[identity][keystone]") {
  FakeKeystone keystone([](const std::string&) { return net::testing::answer(503, "{}"); });
  auto options = keystone.options();
  options.retries = 10;
  const auto client = KeystoneClient::create(options).value();
  const auto begun = std::chrono::steady_clock::now();
  const auto refused = client->validate(within(std::chrono::milliseconds(400)), "t", kRefuse);
  CHECK(refused.error().code == ErrorCode::kOverloaded);
  // Ten tries with their pauses would take more than a minute.
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(10));
  CHECK(keystone.validations >= 2);
  // Whoever comes next is told at once.
  const int asked = keystone.validations;
  CHECK(client->validate(soon(), "t", kRefuse).error().code == ErrorCode::kOverloaded);
  CHECK(keystone.validations == asked);
}

}  // namespace glint::origin
