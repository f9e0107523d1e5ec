// Limits of the server in time, number and memory, and its shutdown.
#include <atomic>
#include <latch>
#include <thread>

#include <catch2/catch.hpp>

#include "net/testing/client_fixture.h"
#include "net/testing/server_fixture.h"

using namespace std::chrono_literals;
using glint::Error;
using glint::ErrorCode;
using glint::Slice;
using glint::http::BodySink;
using glint::http::Flow;
using glint::http::Stream;
using glint::net::ExchangePtr;
using glint::net::Server;
using glint::net::ServerOptions;
using namespace glint::net::testing;

namespace {

constexpr const char* kGet = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

void sayHello(const ExchangePtr& exchange) { exchange->respond(textResponse(200, "hello")); }

// Drops a request body and remembers how it ended.
class DroppingSink : public BodySink {
 public:
  explicit DroppingSink(std::atomic<int>& aborted) : aborted_(aborted) {}
  Flow onData(Slice) override { return Flow::kContinue; }
  void onEnd() override { aborted_ = -1; }
  void onAbort(const Error& error) override { aborted_ = 1 + static_cast<int>(error.code); }

 private:
  std::atomic<int>& aborted_;
};

int codeOf(ErrorCode code) { return 1 + static_cast<int>(code); }

}  // namespace

TEST_CASE("Server: a head that does not come in time is answered 408", "[net][server]") {
  ServerFixture fixture(sayHello, {.header_timeout = 80ms});
  RawClient client(fixture.port());
  REQUIRE(client.send("GET / HTTP/1.1\r\nHost:"));
  CHECK(client.receive().status == 408);
  client.shutdownWrite();
  CHECK(client.ended());
  CHECK(fixture.observer.refused("header_timeout") == 1);
}

TEST_CASE("Server: a head that trickles is bounded all the same", "[net][server]") {
  ServerFixture fixture(sayHello, {.header_timeout = 80ms});
  RawClient client(fixture.port());
  REQUIRE(client.send("GET / HTTP/1.1\r\n"));
  int lines = 0;
  CHECK(eventually([&] {
    return !client.send("A: b\r\n") || ++lines > 5000 ||
           fixture.observer.refused("header_timeout") == 1;
  }));
  CHECK(fixture.observer.refused("header_timeout") == 1);
}

TEST_CASE("Server: an idle connection is closed without a word", "[net][server]") {
  ServerFixture fixture(sayHello, {.header_timeout = 80ms, .idle_timeout = 60ms});
  RawClient client(fixture.port());
  SECTION("before the first request") {}
  SECTION("between requests") {
    REQUIRE(client.send(kGet));
    CHECK(client.receive().status == 200);
  }
  CHECK(client.receiveAll().empty());
  CHECK(eventually([&] { return fixture.observer.closed == 1; }));
}

TEST_CASE("Server: a request body that stalls is cut", "[net][server]") {
  std::atomic<int> aborted = 0;
  ServerFixture fixture(
      [&](const ExchangePtr& exchange) {
        exchange->receive(std::make_shared<DroppingSink>(aborted), 1 << 20);
      },
      {.stall_timeout = 80ms});
  RawClient client(fixture.port());
  REQUIRE(client.send("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n12345"));
  CHECK(client.ended());
  CHECK(aborted == codeOf(ErrorCode::kTimeout));
  CHECK(fixture.observer.refused("stall") == 1);
}

TEST_CASE("Server: a client that reads nothing is cut, and its source is not drained",
          "[net][server]") {
  constexpr std::uint64_t kBytes = 256ull << 20;
  // Some sizes fill the socket in the middle of a turn, some exactly with its end.
  const std::size_t piece = GENERATE(as<std::size_t>{}, 100000, 1 << 16, 1 << 20, 4 << 20);
  const auto source = std::make_shared<PatternSource>(kBytes, piece);
  ServerFixture fixture(
      [&](const ExchangePtr& exchange) {
        glint::http::Response response;
        response.body = Stream{source, kBytes};
        exchange->respond(std::move(response));
      },
      {.stall_timeout = 200ms});
  RawClient client(fixture.port());
  client.limitReceiveBuffer(64 * 1024);
  REQUIRE(client.send(kGet));
  REQUIRE(eventually([&] { return fixture.observer.refused("stall") == 1; }));
  REQUIRE(eventually([&] { return fixture.observer.finished().size() == 1; }));
  fixture.server->drain(0ms);
  CHECK(source->pulled < 32ull << 20);
  CHECK_FALSE(fixture.observer.finished().at(0).clean);
}

TEST_CASE("Server: a source or handler that takes its time is no stall", "[net][server]") {
  std::vector<glint::net::EventLoop::TimerPtr> timers;
  ServerFixture fixture(
      [&](const ExchangePtr& exchange) {
        const auto source = std::make_shared<PatternSource>(1000);
        source->waiting = true;
        glint::http::Response response;
        response.body = Stream{source, 1000u};
        exchange->respond(std::move(response));
        timers.push_back(exchange->loop().runAfter(300ms, [source] { source->wake(); }));
      },
      {.idle_timeout = 60ms, .stall_timeout = 60ms});
  RawClient client(fixture.port());
  REQUIRE(client.send(kGet));
  CHECK(client.receive().body == pattern(0, 1000));
  fixture.server->drain(0ms);
  timers.clear();
}

TEST_CASE("Server: a slow reader does not hold up the others", "[net][server]") {
  constexpr std::uint64_t kBytes = 64ull << 20;
  ServerFixture fixture([&](const ExchangePtr& exchange) {
    if (exchange->request().target != "/big") return sayHello(exchange);
    glint::http::Response response;
    response.body = Stream{std::make_shared<PatternSource>(kBytes), kBytes};
    exchange->respond(std::move(response));
  });
  RawClient slow(fixture.port());
  slow.limitReceiveBuffer(64 * 1024);
  REQUIRE(slow.send("GET /big HTTP/1.1\r\nHost: x\r\n\r\n"));
  CHECK(slow.receiveSome(10).size() == 10);
  RawClient quick(fixture.port());
  for (int i = 0; i < 20; ++i) {
    REQUIRE(quick.send(kGet));
    REQUIRE(quick.receive().body == "hello");
  }
  // The slow one goes on where it stopped.
  std::size_t more = 0;
  while (more < 1 << 20) {
    const auto some = slow.receiveSome(1 << 20);
    if (some.empty()) break;
    more += some.size();
  }
  CHECK(more >= 1 << 20);
}

TEST_CASE("Server: more connections than allowed are answered 503", "[net][server]") {
  ServerFixture fixture(sayHello, {.max_connections = 2});
  RawClient first(fixture.port());
  auto second = std::make_unique<RawClient>(fixture.port());
  for (RawClient* client : {&first, second.get()}) {
    REQUIRE(client->send(kGet));
    REQUIRE(client->receive().status == 200);
  }
  RawClient third(fixture.port());
  const auto refused = third.receive();
  CHECK(refused.status == 503);
  CHECK(refused.header("retry-after"));
  CHECK(third.ended());
  CHECK(fixture.observer.refused("limit") == 1);
  second.reset();
  REQUIRE(eventually([&] { return fixture.observer.closed == 1; }));
  RawClient fourth(fixture.port());
  REQUIRE(fourth.send(kGet));
  CHECK(fourth.receive().status == 200);
}

TEST_CASE("Server: draining lets what runs finish and takes nothing new", "[net][server]") {
  std::atomic<ExchangePtr*> held = nullptr;
  ExchangePtr kept;
  ServerFixture fixture([&](const ExchangePtr& exchange) {
    if (exchange->request().target != "/held") return sayHello(exchange);
    kept = exchange;
    held = &kept;
  });
  RawClient idle(fixture.port());
  REQUIRE(idle.send(kGet));
  REQUIRE(idle.receive().status == 200);
  RawClient busy(fixture.port());
  REQUIRE(busy.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n"));
  REQUIRE(eventually([&] { return held.load() != nullptr; }));
  std::thread drainer([&] { fixture.server->drain(10s); });
  CHECK(idle.ended());
  kept->loop().post([&] { sayHello(std::exchange(kept, nullptr)); });
  const auto response = busy.receive();
  CHECK(response.body == "hello");
  CHECK(response.header("connection") == "close");
  busy.close();
  drainer.join();
  REQUIRE(fixture.observer.finished().size() == 2);
  CHECK(fixture.observer.finished().at(1).clean);
}

TEST_CASE("Server: draining cuts what does not finish within the bound", "[net][server]") {
  std::atomic<bool> closed = false;
  std::latch running(1);
  ExchangePtr kept;
  ServerFixture fixture([&](const ExchangePtr& exchange) {
    exchange->onClosed([&](bool clean) { closed = !clean; });
    kept = exchange;
    running.count_down();
  });
  RawClient client(fixture.port());
  REQUIRE(client.send(kGet));
  running.wait();
  fixture.server->drain(50ms);
  CHECK(closed);
  CHECK(client.receive().status == 0);
  kept.reset();
}

TEST_CASE("Server: a port in use and bad options are said plainly", "[net][server]") {
  ServerFixture fixture(sayHello);
  RecordingObserver observer;
  const auto factory = [](glint::net::EventLoop&) {
    return std::make_unique<LambdaHandler>(sayHello);
  };
  const auto again = Server::start({.port = fixture.port(), .loops = 1}, factory, observer);
  REQUIRE_FALSE(again);
  CHECK(again.error().code == ErrorCode::kConflict);
  const auto elsewhere = Server::start({.host = "192.0.2.1", .loops = 1}, factory, observer);
  REQUIRE_FALSE(elsewhere);
  CHECK(elsewhere.error().code == ErrorCode::kInvalidArgument);
}

TEST_CASE("Server: many clients on several loops", "[net][server][threads]") {
  ServerFixture fixture(sayHello, {.loops = 3});
  std::atomic<int> answered = 0;
  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < 8; ++i) {
      clients.emplace_back([&] {
        for (int round = 0; round < 10; ++round) {
          RawClient client(fixture.port());
          for (int j = 0; j < 10; ++j) {
            if (client.send(kGet) && client.receive().body == "hello") ++answered;
          }
        }
      });
    }
  }
  CHECK(answered == 800);
  CHECK(eventually([&] { return fixture.observer.closed == 80; }));
}
