// Worker handlers behind a real server and real sockets.
#include <atomic>
#include <condition_variable>
#include <latch>
#include <mutex>

#include <catch2/catch.hpp>

#include "net/testing/client_fixture.h"
#include "net/testing/server_fixture.h"
#include "net/worker_handler.h"
#include "net/worker_pool.h"

using namespace std::chrono_literals;
using glint::ErrorCode;
using glint::RequestContext;
using glint::http::Method;
using glint::http::Response;
using glint::net::BodyMode;
using glint::net::ExchangePtr;
using glint::net::Peer;
using glint::net::WorkerHandler;
using glint::net::WorkerHandlerOptions;
using glint::net::WorkerPool;
using glint::net::WorkerPoolOptions;
using glint::net::WorkerRequest;
using glint::net::WorkerRoute;
using namespace glint::net::testing;

namespace {

// Opens once; a bounded wait, so that a broken test ends.
class Gate {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    opened_.notify_all();
  }
  bool pass() {
    std::unique_lock lock(mutex_);
    return opened_.wait_for(lock, 10s, [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool open_ = false;
};

// Server, handler and pool in the order they have to end: drain, pool, server.
class WorkerFixture {
 public:
  WorkerFixture(std::vector<WorkerRoute> routes, const WorkerPoolOptions& pool_options = {},
                WorkerHandlerOptions options = {})
      : pool(WorkerPool::create(pool_options)) {
    options.on_exception = [this] { ++exceptions; };
    handler = WorkerHandler::create(
        std::move(routes),
        [](int status, std::string message, const glint::http::RequestHead&) {
          return textResponse(status, std::move(message));
        },
        *pool, options);
    server = std::make_unique<ServerFixture>(
        [handler = handler](ExchangePtr exchange) { handler->handle(std::move(exchange)); });
  }
  ~WorkerFixture() {
    server->server->drain(0ms);
    pool.reset();
  }

  RecordingObserver& observer() { return server->observer; }

  std::atomic<int> exceptions = 0;
  std::unique_ptr<ServerFixture> server;
  std::unique_ptr<WorkerPool> pool;
  std::shared_ptr<WorkerHandler> handler;
};

Response show(const RequestContext& context, WorkerRequest& request) {
  request.annotate("image_id", std::string(request.param("image_id")));
  return textResponse(200, context.request_id + " " + std::string(request.param("image_id")) + " " +
                               request.peer.address);
}

Response echo(const RequestContext&, WorkerRequest& request) {
  return textResponse(201, request.body);
}

// Reads the whole stream and answers with what came of it.
Response count(const RequestContext&, WorkerRequest& request) {
  std::uint64_t bytes = 0;
  bool intact = true;
  for (;;) {
    const auto slice = request.stream->read();
    if (!slice) return textResponse(400, toString(slice.error().code));
    if (slice->empty()) break;
    const auto text = slice->text();
    for (std::size_t i = 0; i < text.size(); i += 509) {
      intact = intact && text[i] == patternByte(bytes + i);
    }
    bytes += text.size();
  }
  return textResponse(200, std::to_string(bytes) + (intact ? " intact" : " broken"));
}

std::string put(std::string_view path, std::uint64_t length) {
  return "PUT " + std::string(path) +
         " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n";
}

}  // namespace

TEST_CASE("WorkerHandler: routes by table, with parameters, route label and log fields",
          "[net][threads]") {
  WorkerFixture fixture(
      {{Method::kGet, "/v2/images/{image_id}", "image_show", BodyMode::kNone, show}});
  RawClient client(fixture.server->port());
  REQUIRE(
      client.send("GET /v2/images/a%20b?x=1 HTTP/1.1\r\nHost: x\r\nX-Openstack-Request-Id: "
                  "req-7\r\n\r\n"));
  const auto response = client.receive();
  CHECK(response.status == 200);
  CHECK(response.body == "req-7 a b 127.0.0.1");
  REQUIRE(eventually([&] { return fixture.observer().finished().size() == 1; }));
  const auto finished = fixture.observer().finished().at(0);
  CHECK(finished.route == "image_show");
  CHECK(finished.annotations.at("image_id") == "a b");
  CHECK(finished.clean);
}

TEST_CASE("WorkerHandler: unknown paths and methods", "[net][threads]") {
  struct Row {
    const char* start;
    int status;
    const char* allow;
  };
  auto row = GENERATE(values<Row>({
      {"GET /v2/nothing", 404, nullptr},
      {"GET /v2/images/", 404, nullptr},
      {"GET /v2/images/%zz", 400, nullptr},
      {"POST /v2/images/1", 405, "GET, PATCH"},
      {"BREW /v2/images/1", 405, "GET, PATCH"},
  }));
  CAPTURE(row.start);
  WorkerFixture fixture(
      {{Method::kGet, "/v2/images/{image_id}", "image_show", BodyMode::kNone, show},
       {Method::kPatch, "/v2/images/{image_id}", "image_update", BodyMode::kBuffered, echo}});
  RawClient client(fixture.server->port());
  REQUIRE(client.send(std::string(row.start) + " HTTP/1.1\r\nHost: x\r\n\r\n"));
  const auto response = client.receive();
  CHECK(response.status == row.status);
  CHECK(response.header("allow").has_value() == (row.allow != nullptr));
  if (row.allow) CHECK(response.header("allow") == row.allow);
}

TEST_CASE("WorkerHandler: a buffered body arrives whole, a longer one is refused",
          "[net][threads]") {
  WorkerFixture fixture({{Method::kPost, "/v2/images", "image_create", BodyMode::kBuffered, echo}},
                        {}, {.buffered_body_limit = 1000});
  RawClient client(fixture.server->port());
  SECTION("with a length") {
    REQUIRE(client.send("POST /v2/images HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"));
    REQUIRE(client.send(std::string(400, 'a')));
    REQUIRE(client.send(std::string(600, 'b')));
    const auto response = client.receive();
    CHECK(response.status == 201);
    CHECK(response.body == std::string(400, 'a') + std::string(600, 'b'));
  }
  SECTION("chunked") {
    REQUIRE(
        client.send("POST /v2/images HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                    "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"));
    CHECK(client.receive().body == "abcde");
  }
  SECTION("without a body") {
    REQUIRE(client.send("POST /v2/images HTTP/1.1\r\nHost: x\r\n\r\n"));
    CHECK(client.receive().status == 201);
  }
  SECTION("too long, announced") {
    REQUIRE(client.send("POST /v2/images HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n"));
    CHECK(client.receive().status == 413);
  }
  SECTION("too long, chunked") {
    REQUIRE(
        client.send("POST /v2/images HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                    "3e9\r\n" +
                    std::string(1001, 'x') + "\r\n0\r\n\r\n"));
    CHECK(client.receive().status == 413);
  }
  SECTION("malformed chunk") {
    REQUIRE(
        client.send("POST /v2/images HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                    "xyz\r\n"));
    CHECK(client.receive().status == 400);
    CHECK(client.ended());
  }
}

TEST_CASE("WorkerHandler: a streamed upload of 64 MiB arrives intact", "[net][threads]") {
  const bool chunked = GENERATE(true, false);
  CAPTURE(chunked);
  constexpr std::uint64_t kBytes = 64ull << 20;
  WorkerFixture fixture(
      {{Method::kPut, "/v2/images/{image_id}/file", "image_upload", BodyMode::kStreamed, count}},
      {}, {.stream_queue_bytes = 1 << 20});
  RawClient client(fixture.server->port());
  REQUIRE(client.send(chunked ? "PUT /v2/images/1/file HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
                                "chunked\r\n\r\n"
                              : put("/v2/images/1/file", kBytes)));
  constexpr std::size_t kPiece = 1 << 20;
  for (std::uint64_t sent = 0; sent < kBytes; sent += kPiece) {
    if (chunked) REQUIRE(client.send("100000\r\n"));
    REQUIRE(client.send(pattern(sent, kPiece)));
    if (chunked) REQUIRE(client.send("\r\n"));
  }
  if (chunked) REQUIRE(client.send("0\r\n\r\n"));
  const auto response = client.receive();
  CHECK(response.status == 200);
  CHECK(response.body == std::to_string(kBytes) + " intact");
}

TEST_CASE("WorkerHandler: a handler that does not read stops the client", "[net][threads]") {
  constexpr std::uint64_t kBytes = 64ull << 20;
  constexpr std::uint64_t kQueue = 1 << 20;
  Gate gate;
  WorkerFixture fixture({{Method::kPut, "/file", "image_upload", BodyMode::kStreamed,
                          [&](const RequestContext& context, WorkerRequest& request) {
                            gate.pass();
                            return count(context, request);
                          }}},
                        {}, {.stream_queue_bytes = kQueue});
  RawClient client(fixture.server->port());
  REQUIRE(client.send(put("/file", kBytes)));
  const std::string body = pattern(0, kBytes);
  const std::size_t sent = client.sendUntilBlocked(body, 300ms);
  // What went out lies in the queue and in the kernel's buffers (up to 4 + 6 MiB on loopback).
  CHECK(sent < 24ull << 20);
  gate.open();
  REQUIRE(client.send(std::string_view(body).substr(sent)));
  CHECK(client.receive().body == std::to_string(kBytes) + " intact");
}

TEST_CASE("WorkerHandler: an upload that dies reaches its handler", "[net][threads]") {
  std::atomic<bool> stopped = false;
  std::atomic<bool> cancelled = false;
  Gate over;
  WorkerFixture fixture({{Method::kPut, "/file", "image_upload", BodyMode::kStreamed,
                          [&](const RequestContext& context, WorkerRequest& request) {
                            while (auto slice = request.stream->read()) {
                              if (slice->empty()) return textResponse(200, "complete?");
                            }
                            cancelled =
                                request.stream->read().error().code == ErrorCode::kCancelled;
                            stopped = eventually([&] { return context.stop.stop_requested(); });
                            over.open();
                            return textResponse(400, "cancelled");
                          }}});
  RawClient client(fixture.server->port());
  REQUIRE(client.send(put("/file", 1000000)));
  REQUIRE(client.send(std::string(1000, 'x')));
  SECTION("closed") { client.close(); }
  SECTION("reset") { client.reset(); }
  REQUIRE(over.pass());
  CHECK(cancelled);
  CHECK(stopped);
  REQUIRE(eventually([&] { return fixture.observer().finished().size() == 1; }));
  CHECK_FALSE(fixture.observer().finished().at(0).clean);
  CHECK(fixture.observer().finished().at(0).status == 0);
}

TEST_CASE("WorkerHandler: a handler may answer without reading the body", "[net][threads]") {
  WorkerFixture fixture(
      {{Method::kPut, "/file", "image_upload", BodyMode::kStreamed,
        [](const RequestContext&, WorkerRequest&) { return textResponse(409, "not queued"); }},
       {Method::kGet, "/next", "next", BodyMode::kNone,
        [](const RequestContext&, WorkerRequest&) { return textResponse(200, "next"); }}},
      {}, {.stream_queue_bytes = 64 * 1024});
  RawClient client(fixture.server->port());
  SECTION("a short one: the connection stays usable") {
    REQUIRE(client.send(put("/file", 500000) + std::string(500000, 'x')));
    CHECK(client.receive().status == 409);
    REQUIRE(client.send("GET /next HTTP/1.1\r\nHost: x\r\n\r\n"));
    CHECK(client.receive().body == "next");
  }
  SECTION("a long one: the answer arrives, then the connection ends") {
    REQUIRE(client.send(put("/file", 1ull << 40)));
    client.sendUntilBlocked(std::string(1 << 20, 'x'), 50ms);
    CHECK(client.receive().status == 409);
    client.shutdownWrite();
    CHECK(client.ended());
  }
}

TEST_CASE("WorkerHandler: a full pool answers 503 with Retry-After", "[net][threads]") {
  const BodyMode mode = GENERATE(BodyMode::kNone, BodyMode::kBuffered, BodyMode::kStreamed);
  Gate gate;
  std::latch started(1);
  WorkerFixture fixture(
      {{Method::kGet, "/slow", "slow", BodyMode::kNone,
        [&](const RequestContext&, WorkerRequest&) {
          started.count_down();
          gate.pass();
          return textResponse(200, "slow");
        }},
       {Method::kPut, "/busy", "busy", mode,
        [](const RequestContext&, WorkerRequest&) { return textResponse(200, ""); }}},
      {.threads = 1, .queue_limit = 1});
  RawClient running(fixture.server->port());
  REQUIRE(running.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"));
  started.wait();
  RawClient waiting(fixture.server->port());
  REQUIRE(waiting.send("PUT /busy HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"));
  REQUIRE(eventually([&] { return fixture.pool->depth() == 1; }));
  RawClient refused(fixture.server->port());
  REQUIRE(refused.send(put("/busy", 3) + "abc"));
  const auto response = refused.receive();
  CHECK(response.status == 503);
  CHECK(response.header("retry-after") == "1");
  gate.open();
  CHECK(running.receive().status == 200);
  CHECK(waiting.receive().status == 200);
}

TEST_CASE("WorkerHandler: an exception answers 500 and is counted", "[net][threads]") {
  WorkerFixture fixture({{Method::kGet, "/std", "std", BodyMode::kNone,
                          [](const RequestContext&, WorkerRequest&) -> Response {
                            throw std::runtime_error("provoked");
                          }},
                         {Method::kGet, "/other", "other", BodyMode::kNone,
                          [](const RequestContext&, WorkerRequest&) -> Response { throw 1; }}});
  RawClient client(fixture.server->port());
  for (const char* path : {"/std", "/other"}) {
    REQUIRE(client.send("GET " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n\r\n"));
    const auto response = client.receive();
    CHECK(response.status == 500);
    CHECK(response.body.find("provoked") == std::string::npos);
  }
  CHECK(fixture.exceptions == 2);
}

TEST_CASE("WorkerHandler: shutting down while a handler runs leaves nothing behind",
          "[net][threads]") {
  std::latch started(1);
  std::atomic<bool> stopped = false;
  {
    WorkerFixture fixture({{Method::kGet, "/slow", "slow", BodyMode::kNone,
                            [&](const RequestContext& context, WorkerRequest&) {
                              started.count_down();
                              stopped = eventually([&] { return context.stop.stop_requested(); });
                              return textResponse(200, "late");
                            }}});
    RawClient client(fixture.server->port());
    REQUIRE(client.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"));
    started.wait();
  }
  CHECK(stopped);
}
