#include "origin/identity/keystone_identity.h"

#include <atomic>
#include <latch>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

namespace glint::origin {
namespace {

using namespace std::chrono_literals;

// Knows the tokens it was given, and counts.
class CountingKeystone final : public KeystoneClient {
 public:
  explicit CountingKeystone(const Clock& clock) : clock_(clock) {}

  Result<std::optional<KeystoneToken>> validate(const RequestContext& context,
                                                std::string_view token, Expired expired) override {
    ++asked;
    deadline = context.deadline;
    if (hold != nullptr) hold->wait();
    if (down) return fail(ErrorCode::kOverloaded, "down");
    if (token == "gone") return std::optional<KeystoneToken>();
    KeystoneToken known;
    known.caller.user_id = std::string(token);
    known.caller.project_id = "p";
    if (token == "service") known.caller.roles = {"service"};
    const auto left = token == "expired" ? -1s : token == "short" ? 10s : 3600s;
    if (token == "expired" && expired == Expired::kRefuse) return std::optional<KeystoneToken>();
    known.expires_at = std::chrono::floor<std::chrono::microseconds>(clock_.systemNow()) + left;
    return std::optional(std::move(known));
  }

  std::atomic<int> asked = 0;
  std::atomic<bool> down = false;
  std::latch* hold = nullptr;
  std::chrono::steady_clock::time_point deadline;

 private:
  const Clock& clock_;
};

struct Fixture {
  explicit Fixture(KeystoneOptions options = {}) {
    options.auth_url = "http://keystone.test:5000/v3";
    auto client = std::make_unique<CountingKeystone>(clock);
    keystone = client.get();
    identity = std::make_unique<KeystoneIdentity>(options, std::move(client), clock);
  }
  Result<Caller> ask(const char* token, const char* service = nullptr) {
    http::HeaderMap headers;
    headers.add("X-Auth-Token", token);
    if (service != nullptr) headers.add("X-Service-Token", service);
    return identity->authenticate({}, headers, {});
  }

  ManualClock clock;
  CountingKeystone* keystone = nullptr;
  std::unique_ptr<KeystoneIdentity> identity;
};

}  // namespace

TEST_CASE("KeystoneIdentity: a token is remembered, no longer than it lives", "[identity]") {
  Fixture fixture;
  CHECK(fixture.ask("alice")->user_id == "alice");
  CHECK(fixture.ask("alice")->project_id == "p");
  CHECK(fixture.keystone->asked == 1);
  fixture.clock.advance(299s);
  CHECK(fixture.ask("alice"));
  CHECK(fixture.keystone->asked == 1);
  fixture.clock.advance(1s);
  CHECK(fixture.ask("alice"));
  CHECK(fixture.keystone->asked == 2);
  CHECK(fixture.ask("short"));
  fixture.clock.advance(10s);
  CHECK(fixture.ask("short"));
  CHECK(fixture.keystone->asked == 4);
}

TEST_CASE("KeystoneIdentity: what is not valid is remembered for a moment", "[identity]") {
  Fixture fixture;
  for (int i = 0; i < 3; ++i) CHECK(fixture.ask("gone").error().code == ErrorCode::kForbidden);
  CHECK(fixture.keystone->asked == 1);
  http::HeaderMap headers;
  CHECK_FALSE(fixture.identity->mayBeKnown(headers));
  headers.add("X-Auth-Token", "gone");
  CHECK_FALSE(fixture.identity->mayBeKnown(headers));
  headers.set("X-Auth-Token", "not asked yet");
  CHECK(fixture.identity->mayBeKnown(headers));
  fixture.clock.advance(11s);
  CHECK_FALSE(fixture.ask("gone"));
  CHECK(fixture.keystone->asked == 2);
}

TEST_CASE("KeystoneIdentity: while Keystone is away, known tokens count", "[identity]") {
  Fixture fixture;
  CHECK(fixture.ask("alice"));
  fixture.keystone->down = true;
  CHECK(fixture.ask("alice"));
  CHECK(fixture.ask("bob").error().code == ErrorCode::kOverloaded);
  fixture.keystone->down = false;
  CHECK(fixture.ask("bob"));  // an outage is not remembered
}

TEST_CASE("KeystoneIdentity: without a cache each request asks", "[identity]") {
  KeystoneOptions options;
  options.token_cache_time_s = -1;
  Fixture fixture(options);
  for (int i = 0; i < 3; ++i) CHECK(fixture.ask("alice"));
  CHECK(fixture.keystone->asked == 3);
}

TEST_CASE("KeystoneIdentity: an expired token counts with a service's", "[identity]") {
  KeystoneOptions options;
  options.service_token_roles_required = GENERATE(false, true);
  Fixture fixture(options);
  CHECK_FALSE(fixture.ask("expired"));
  CHECK_FALSE(fixture.ask("expired", "gone"));
  CHECK(fixture.ask("expired", "service"));
  CHECK(fixture.ask("expired", "somebody").has_value() == !options.service_token_roles_required);
  CHECK(fixture.ask("alice", "gone"));  // the user's token stands for itself
}

TEST_CASE("KeystoneIdentity: many requests with one token ask once", "[identity][threads]") {
  Fixture fixture;
  std::latch hold(1);
  fixture.keystone->hold = &hold;
  std::atomic<int> good = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < 8; ++i)
    callers.emplace_back([&] { good += fixture.ask("alice").has_value() ? 1 : 0; });
  while (fixture.keystone->asked == 0) std::this_thread::yield();
  hold.count_down();
  for (auto& caller : callers) caller.join();
  CHECK(good == 8);
  CHECK(fixture.keystone->asked == 1);
}

TEST_CASE("KeystoneIdentity: 401 names the identity service", "[identity]") {
  CHECK(Fixture().identity->challenge() == "Keystone uri=\"http://keystone.test:5000/v3\"");
  KeystoneOptions options;
  options.www_authenticate_uri = "https://public";
  CHECK(Fixture(options).identity->challenge() == "Keystone uri=\"https://public\"");
}

TEST_CASE("KeystoneIdentity: one bound over all that a request's tokens need", "[identity]") {
  KeystoneOptions options;
  options.question_timeout = 5s;
  Fixture fixture(options);
  const auto before = std::chrono::steady_clock::now();
  CHECK(fixture.ask("alice"));
  CHECK(fixture.keystone->deadline >= before + 5s);
  CHECK(fixture.keystone->deadline <= std::chrono::steady_clock::now() + 5s);
}

TEST_CASE("KeystoneIdentity: the roles of a service token come along", "[identity]") {
  Fixture fixture;
  CHECK(fixture.ask("alice", "service")->service_roles == std::vector<std::string>{"service"});
  CHECK(fixture.ask("alice", "service")->roles.empty());
  CHECK(fixture.ask("alice", "gone")->service_roles.empty());
  CHECK(fixture.ask("alice")->service_roles.empty());
  CHECK(fixture.ask("expired", "service")->service_roles.size() == 1);
  const int asked = fixture.keystone->asked;
  CHECK(fixture.ask("expired", "service"));  // remembered as long as the service's token lives
  CHECK(fixture.keystone->asked == asked);
}

}  // namespace glint::origin
