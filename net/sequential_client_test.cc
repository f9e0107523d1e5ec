#include "net/sequential_client.h"

#include <atomic>
#include <thread>

#include <catch2/catch.hpp>

#include "net/testing/scripted_server.h"
#include "net/testing/server_fixture.h"

namespace glint::net {
namespace {

using namespace std::chrono_literals;

ClientRequest get(const std::string& url) {
  ClientRequest request;
  request.url = url;
  return request;
}

TEST_CASE("SequentialClient: requests one after the other", "[net][client]") {
  testing::ServerFixture server([](ExchangePtr exchange) {
    exchange->respond(testing::textResponse(200, exchange->request().target));
  });
  auto client = SequentialClient::create({}).value();
  CHECK(client->fetch(get(server.url("/a")), 100).value().body == "/a");
  CHECK(client->fetch(get(server.url("/b")), 100).value().body == "/b");
  CHECK(client->fetch(get(server.url("/long")), 2).error().code == ErrorCode::kTooLarge);
  CHECK(client->pause(1ms));
  CHECK(client->fetch(get("http://127.0.0.1:1/"), 2).error().code == ErrorCode::kUpstream);
}

TEST_CASE("SequentialClient: a pause ends early when woken, before it or in it",
          "[net][client][threads]") {
  auto client = SequentialClient::create({}).value();
  client->wake();
  CHECK(client->pause(1h));
  std::jthread waker([&] { client->wake(); });
  CHECK(client->pause(1h));
}

TEST_CASE("SequentialClient: an interruption ends what runs and all that follows",
          "[net][client][threads]") {
  std::atomic<bool> asked = false;
  testing::ServerFixture silent([&](ExchangePtr exchange) {
    exchange->onClosed([exchange](bool) {});  // kept, never answered
    asked = true;
  });
  auto client = SequentialClient::create({}).value();
  {
    std::jthread other([&] {
      testing::eventually([&] { return asked.load(); });
      client->interrupt();
    });
    CHECK(client->fetch(get(silent.url("/")), 100).error().code == ErrorCode::kCancelled);
  }
  CHECK(client->fetch(get(silent.url("/")), 100).error().code == ErrorCode::kCancelled);
  CHECK_FALSE(client->pause(1h));
}

TEST_CASE("SequentialClient: a pause can be interrupted", "[net][client][threads]") {
  auto client = SequentialClient::create({}).value();
  std::jthread other([&] { client->interrupt(); });
  CHECK_FALSE(client->pause(1h));
}

}  // namespace
}  // namespace glint::net
