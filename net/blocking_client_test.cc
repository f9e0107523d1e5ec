#include "net/blocking_client.h"

#include <atomic>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "net/testing/scripted_server.h"

namespace glint::net {
namespace {

using namespace std::chrono_literals;
using testing::ScriptedConnection;
using testing::ScriptedServer;

ClientRequest get(std::string url) { return {.url = std::move(url), .total_timeout = 5s}; }

}  // namespace

TEST_CASE("BlockingClient: callers share connections", "[net][threads]") {
  const auto server = ScriptedServer::start([](ScriptedConnection& connection) {
    while (!connection.readHead().empty())
      if (!connection.send(testing::answer(200, "yes"))) return;
  });
  const auto client = BlockingClient::create({});
  REQUIRE(client);
  for (int i = 0; i < 10; ++i) {
    const auto answer = (*client)->fetch(get(server->url("/")), 100);
    REQUIRE(answer);
    CHECK(answer->body == "yes");
  }
  CHECK(server->connections() == 1);
  std::atomic<int> good = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < 8; ++i)
    callers.emplace_back([&] {
      for (int k = 0; k < 20; ++k)
        good += (*client)->fetch(get(server->url("/")), 100).has_value() ? 1 : 0;
    });
  for (auto& caller : callers) caller.join();
  CHECK(good == 160);
}

TEST_CASE("BlockingClient: errors come back as values", "[net]") {
  const auto server = ScriptedServer::start([](ScriptedConnection& connection) {
    while (!connection.readHead().empty())
      if (!connection.send(testing::answer(200, std::string(200, 'x')))) return;
  });
  const auto client = BlockingClient::create({});
  REQUIRE(client);
  CHECK((*client)->fetch(get(server->url("/")), 100).error().code == ErrorCode::kTooLarge);
  CHECK((*client)->fetch(get("http://127.0.0.1:1/"), 100).error().code == ErrorCode::kUpstream);
}

}  // namespace glint::net
