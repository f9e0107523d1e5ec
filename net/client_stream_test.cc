// Bodies in both directions: size, back-pressure, cancellation.
#include <atomic>
#include <cstdint>

#include <catch2/catch.hpp>

#include "net/testing/client_fixture.h"
#include "net/testing/scripted_server.h"

using namespace std::chrono_literals;
using glint::ErrorCode;
using glint::http::Flow;
using glint::http::Method;
using glint::http::Stream;
using glint::net::ClientRequest;
using glint::net::FetchedResponse;
using glint::net::Transfer;
using namespace glint::net::testing;

namespace {

constexpr std::uint64_t kBytes = 64ull << 20;
constexpr std::size_t kPiece = 1 << 20;

std::string headFor(bool chunked) {
  return chunked ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                 : "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kBytes) + "\r\n\r\n";
}

bool sendPiece(ScriptedConnection& connection, std::uint64_t offset, bool chunked) {
  if (chunked && !connection.send("100000\r\n")) return false;
  if (!connection.send(pattern(offset, kPiece))) return false;
  return !chunked || connection.send("\r\n");
}

bool isPattern(std::string_view bytes, std::uint64_t offset) {
  for (std::size_t i = 0; i < bytes.size(); i += 509) {
    if (bytes[i] != patternByte(offset + i)) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("Client: a download of 64 MiB arrives intact and in large pieces", "[net][client]") {
  const bool chunked = GENERATE(true, false);
  auto server = ScriptedServer::start([&](ScriptedConnection& connection) {
    connection.readHead();
    connection.send(headFor(chunked));
    for (std::uint64_t sent = 0; sent < kBytes; sent += kPiece) {
      if (!sendPiece(connection, sent, chunked)) return;
    }
    if (chunked) connection.send("0\r\n\r\n");
    connection.awaitClose();
  });
  ClientFixture fixture;
  auto sink = std::make_shared<RecordingSink>(RecordingSink::Keep::kCountOnly);
  std::unique_ptr<Transfer> transfer;
  REQUIRE(
      fixture.runUntil([&] { return sink->over(); },
                       [&] { transfer = fixture.client->start({.url = server->url("/")}, sink); }));
  CHECK(sink->complete());
  CHECK(sink->bytes == kBytes);
  CHECK(sink->intact);
}

TEST_CASE("Client: bytes are handed over as soon as they are there", "[net][client]") {
  std::atomic<int> allowed = 0;
  auto server = ScriptedServer::start([&](ScriptedConnection& connection) {
    connection.readHead();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n");
    for (int i = 1; i <= 3; ++i) {
      allowed.wait(i - 1);
      connection.send("x");
    }
    connection.awaitClose();
  });
  ClientFixture fixture;
  auto sink = std::make_shared<RecordingSink>();
  std::unique_ptr<Transfer> transfer;
  REQUIRE(
      fixture.runUntil([&] { return sink->heads == 1; },
                       [&] { transfer = fixture.client->start({.url = server->url("/")}, sink); }));
  for (int i = 1; i <= 3; ++i) {
    allowed = i;
    allowed.notify_all();
    REQUIRE(fixture.runUntil([&] { return sink->body.size() == static_cast<std::size_t>(i); }));
  }
  REQUIRE(fixture.runUntil([&] { return sink->complete(); }));
}

TEST_CASE("Client: a sink that pauses stops the sender, and is no stall", "[net][client]") {
  const bool chunked = GENERATE(true, false);
  std::atomic<ScriptedConnection*> sender = nullptr;
  std::atomic<std::uint64_t> sent = 0;
  auto server = ScriptedServer::start([&](ScriptedConnection& connection) {
    connection.readHead();
    sender = &connection;
    connection.send(headFor(chunked));
    while (sent < kBytes) {
      if (!sendPiece(connection, sent, chunked)) return;
      sent += kPiece;
    }
    if (chunked) connection.send("0\r\n\r\n");
    connection.awaitClose();
  });
  ClientFixture fixture({.stall_timeout = 800ms});
  auto sink = std::make_shared<RecordingSink>(RecordingSink::Keep::kCountOnly);
  bool hold = true;
  int calls_while_held = 0;
  sink->on_data = [&] {
    calls_while_held += hold ? 1 : 0;
    return hold ? Flow::kPause : Flow::kContinue;
  };
  std::unique_ptr<Transfer> transfer;
  const auto long_enough = std::chrono::steady_clock::now() + 1s;
  REQUIRE(fixture.runUntil(
      [&] {
        return sender.load() && sender.load()->blocked() &&
               std::chrono::steady_clock::now() > long_enough;
      },
      [&] { transfer = fixture.client->start({.url = server->url("/")}, sink); }));
  CHECK(sent < 24 * kPiece);  // the rest lies in the kernel's buffers and a few blocks of ours
  CHECK(calls_while_held == 1);
  CHECK_FALSE(sink->over());
  hold = false;
  fixture.loop->post([&] { transfer->resume(); });
  REQUIRE(fixture.runUntil([&] { return sink->over(); }));
  CHECK(sink->complete());
  CHECK(sink->bytes == kBytes);
  CHECK(sink->intact);
}

TEST_CASE("Client: pausing at every piece loses and doubles nothing", "[net][client]") {
  constexpr std::uint64_t kSmall = 4ull << 20;
  auto server = ScriptedServer::start([&](ScriptedConnection& connection) {
    connection.readHead();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kSmall) + "\r\n\r\n");
    for (std::uint64_t offset = 0; offset < kSmall; offset += kPiece) {
      sendPiece(connection, offset, false);
    }
    connection.awaitClose();
  });
  const bool at_once = GENERATE(true, false);  // resume within the callback, or later
  ClientFixture fixture({.receive_buffer_bytes = 16 * 1024});
  auto sink = std::make_shared<RecordingSink>(RecordingSink::Keep::kCountOnly);
  std::unique_ptr<Transfer> transfer;
  sink->on_data = [&] {
    if (at_once) {
      transfer->resume();
    } else {
      fixture.loop->post([&] { transfer->resume(); });
    }
    return Flow::kPause;
  };
  REQUIRE(
      fixture.runUntil([&] { return sink->over(); },
                       [&] { transfer = fixture.client->start({.url = server->url("/")}, sink); }));
  CHECK(sink->complete());
  CHECK(sink->bytes == kSmall);
  CHECK(sink->intact);
}

TEST_CASE("Client: the end waits for a sink that pauses", "[net][client]") {
  auto server = ScriptedServer::start([](ScriptedConnection& connection) {
    connection.readHead();
    connection.send(answer(200, "all of it"));
  });
  ClientFixture fixture;
  auto sink = std::make_shared<RecordingSink>();
  sink->on_data = [] { return Flow::kPause; };
  std::unique_ptr<Transfer> transfer;
  int turns = 0;
  REQUIRE(
      fixture.runUntil([&] { return sink->bytes == 9 && ++turns == 20; },
                       [&] { transfer = fixture.client->start({.url = server->url("/")}, sink); }));
  CHECK_FALSE(sink->over());
  fixture.loop->post([&] { transfer->resume(); });
  REQUIRE(fixture.runUntil([&] { return sink->complete(); }));
}

TEST_CASE("Client: an upload of 64 MiB goes out intact", "[net][client]") {
  const bool chunked = GENERATE(true, false);
  const bool waits = GENERATE(true, false);
  CAPTURE(chunked, waits);
  std::atomic<std::uint64_t> got = 0;
  std::atomic<bool> intact = true;
  auto server = ScriptedServer::start([&](ScriptedConnection& connection) {
    connection.readHead();
    if (chunked) {
      const std::string body = connection.readChunked();
      intact = isPattern(body, 0);
      got = body.size();
    } else {
      while (got < kBytes) {
        const std::string some = connection.readSome(kPiece);
        if (some.empty()) return;
        intact = intact && isPattern(some, got);
        got += some.size();
      }
    }
    connection.send(answer(201, "stored"));
    connection.awaitClose();
  });
  ClientFixture fixture;
  auto source = std::make_shared<PatternSource>(kBytes, kPiece / 4);
  source->wait_after_each = waits;
  if (waits) {
    source->on_pull = [&] { fixture.loop->post([source] { source->wake(); }); };
  }
  ClientRequest request{.method = Method::kPut, .url = server->url("/file")};
  request.body = Stream{source, chunked ? std::nullopt : std::optional(kBytes)};
  auto sink = fixture.get(std::move(request));
  source->on_pull = nullptr;
  if (sink->error) UNSCOPED_INFO(sink->error->message);
  REQUIRE(sink->complete());
  CHECK(sink->head->status == 201);
  CHECK(sink->body == "stored");
  CHECK(got == kBytes);
  CHECK(intact);
  const std::string head = server->heads().at(0);
  CHECK((head.find("Transfer-Encoding: chunked") != std::string::npos) == chunked);
  CHECK((head.find("Content-Length: 67108864") != std::string::npos) != chunked);
}

TEST_CASE("Client: a server that does not read stops the source", "[net][client]") {
  std::atomic<bool> reading = false;
  auto server = ScriptedServer::start([&](ScriptedConnection& connection) {
    connection.readHead();
    reading.wait(false);
    std::uint64_t got = 0;
    while (got < kBytes) {
      const std::string some = connection.readSome(kPiece);
      if (some.empty()) return;
      got += some.size();
    }
    connection.send(answer(201, ""));
    connection.awaitClose();
  });
  ClientFixture fixture;
  auto source = std::make_shared<PatternSource>(kBytes);
  auto sink = std::make_shared<RecordingSink>();
  std::unique_ptr<Transfer> transfer;
  std::uint64_t before = 0;
  int unchanged = 0;
  REQUIRE(fixture.runUntil(
      [&] {
        unchanged = source->pulled > 0 && source->pulled == before ? unchanged + 1 : 0;
        before = source->pulled;
        return unchanged == 100;
      },
      [&] {
        ClientRequest request{.method = Method::kPut, .url = server->url("/file")};
        request.body = Stream{source, kBytes};
        transfer = fixture.client->start(std::move(request), sink);
      }));
  CHECK(source->pulled < 24 * kPiece);
  reading = true;
  reading.notify_all();
  REQUIRE(fixture.runUntil([&] { return sink->over(); }));
  CHECK(sink->complete());
  CHECK(source->pulled == kBytes);
}

TEST_CASE("Client: an upload that nobody takes stalls, one without bytes does not",
          "[net][client]") {
  const bool source_waits = GENERATE(true, false);
  auto server = ScriptedServer::start([&](ScriptedConnection& connection) {
    connection.readHead();
    if (source_waits) {
      connection.read(100000);
      connection.send(answer(201, ""));
    }
    connection.idle(5s);
  });
  ClientFixture fixture({.stall_timeout = 100ms});
  auto source = std::make_shared<PatternSource>(source_waits ? 100000 : kBytes);
  source->waiting = source_waits;
  auto sink = std::make_shared<RecordingSink>();
  std::unique_ptr<Transfer> transfer;
  glint::net::EventLoop::TimerPtr later;
  REQUIRE(fixture.runUntil([&] { return sink->over(); },
                           [&] {
                             ClientRequest request{.method = Method::kPut,
                                                   .url = server->url("/file")};
                             request.body = Stream{source, source_waits ? 100000 : kBytes};
                             transfer = fixture.client->start(std::move(request), sink);
                             if (source_waits)
                               later = fixture.loop->runAfter(250ms, [&] { source->wake(); });
                           }));
  CHECK(sink->complete() == source_waits);
  if (!source_waits) {
    CHECK(sink->error.value().code == ErrorCode::kTimeout);
    CHECK(sink->error.value().message.find("request body stalled") != std::string::npos);
  }
}

TEST_CASE("Client: a request body that breaks is never sent as if complete", "[net][client]") {
  const bool chunked = GENERATE(true, false);
  const bool aborted = GENERATE(true, false);
  if (chunked && !aborted) return;  // a chunked body ends where its source ends
  std::string got;
  auto server = ScriptedServer::start([&](ScriptedConnection& connection) {
    connection.readHead();
    while (true) {
      const auto some = connection.readSome(kPiece);
      if (some.empty()) return;
      got += some;
    }
  });
  {
    ClientFixture fixture;
    auto source = std::make_shared<PatternSource>(200000, 100000);
    if (aborted) source->abort_at = 100000;
    ClientRequest request{.method = Method::kPut, .url = server->url("/file")};
    request.body = Stream{source, chunked ? std::nullopt : std::optional<std::uint64_t>(300000)};
    auto sink = fixture.get(std::move(request));
    REQUIRE(sink->error);
    CHECK(sink->error->code == ErrorCode::kInvalidArgument);
  }
  server.reset();
  CHECK(got.find("0\r\n\r\n") == std::string::npos);
}

TEST_CASE("Client: an early refusal ends an upload and is handed over", "[net][client]") {
  const bool waits = GENERATE(true, false);  // the source has nothing when the answer comes
  auto server = ScriptedServer::start([](ScriptedConnection& connection) {
    connection.readHead();
    connection.readSome(1);
    connection.send(answer(413, "too large"));
    connection.awaitClose();
  });
  ClientFixture fixture;
  auto source = std::make_shared<PatternSource>(kBytes);
  source->wait_after_each = waits;
  ClientRequest request{.method = Method::kPut, .url = server->url("/file")};
  request.body = Stream{source, waits ? std::nullopt : std::optional(kBytes)};
  auto sink = fixture.get(std::move(request));
  if (sink->error) UNSCOPED_INFO(sink->error->message);
  REQUIRE(sink->complete());
  CHECK(sink->head->status == 413);
  CHECK(sink->body == "too large");
  CHECK(source->pulled < kBytes);
}

TEST_CASE("Client: every callback may cancel", "[net][client]") {
  auto server = ScriptedServer::start([](ScriptedConnection& connection) {
    connection.readHead();
    connection.readSome(1);
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 500000\r\n\r\n");
    connection.send(std::string(500000, 'x'));
    connection.awaitClose();
  });
  enum class Where { kHead, kData, kOver, kPull, kAtOnce };
  const auto where =
      GENERATE(Where::kHead, Where::kData, Where::kOver, Where::kPull, Where::kAtOnce);
  const bool destroy = GENERATE(true, false);
  CAPTURE(static_cast<int>(where), destroy);
  ClientFixture fixture;
  auto sink = std::make_shared<RecordingSink>();
  auto source = std::make_shared<PatternSource>(100000, 1000);
  std::unique_ptr<Transfer> transfer;
  bool cancelled = false;
  const auto cancel = [&] {
    cancelled = true;
    if (destroy) {
      transfer.reset();
    } else if (transfer) {
      transfer->cancel();
    }
  };
  if (where == Where::kHead) sink->on_head = cancel;
  if (where == Where::kOver) sink->on_over = cancel;
  if (where == Where::kPull) source->on_pull = cancel;
  if (where == Where::kData) {
    sink->on_data = [&] {
      cancel();
      return Flow::kContinue;
    };
  }
  int turns = 0;
  REQUIRE(fixture.runUntil([&] { return cancelled && ++turns == 20; },
                           [&] {
                             ClientRequest request{.method = Method::kPut, .url = server->url("/")};
                             request.body = Stream{source, 100000u};
                             transfer = fixture.client->start(std::move(request), sink);
                             if (where == Where::kAtOnce) cancel();
                           }));
  CHECK(sink->ends == (where == Where::kOver ? 1 : 0));
  CHECK(sink->heads == (where == Where::kPull || where == Where::kAtOnce ? 0 : 1));
  CHECK(sink->pieces <= (where == Where::kData ? 1 : 100));
  if (where == Where::kHead) CHECK(sink->pieces == 0);
  sink->on_over = nullptr;
}

TEST_CASE("Client: destroyed, it ends what runs without a word", "[net][client]") {
  auto server = ScriptedServer::start([](ScriptedConnection& connection) {
    connection.readHead();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345");
    connection.awaitClose();
  });
  ClientFixture fixture;
  auto sink = std::make_shared<RecordingSink>();
  std::unique_ptr<Transfer> transfer;
  REQUIRE(
      fixture.runUntil([&] { return sink->bytes == 5; },
                       [&] { transfer = fixture.client->start({.url = server->url("/")}, sink); }));
  fixture.client.reset();
  transfer->resume();
  transfer->cancel();
  CHECK(sink->ends == 0);
}

TEST_CASE("fetch: the whole answer at once, within a bound", "[net][client]") {
  auto server = ScriptedServer::start([](ScriptedConnection& connection) {
    for (std::string head = connection.readHead(); !head.empty(); head = connection.readHead()) {
      connection.send(head.find("/chunked") == std::string::npos
                          ? answer(200, std::string(1000, 'x'))
                          : "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n" +
                                std::string(1000, 'x') + "\r\n0\r\n\r\n");
    }
  });
  const char* path = GENERATE("/length", "/chunked");
  const ClientRequest request{.url = server->url(path)};
  SECTION("on a loop") {
    ClientFixture fixture;
    std::optional<glint::Result<FetchedResponse>> result;
    std::unique_ptr<Transfer> transfer;
    const std::uint64_t limit = GENERATE(1000u, 999u);
    REQUIRE(fixture.runUntil([&] { return result.has_value(); },
                             [&] {
                               transfer = fetch(*fixture.client, request, limit, [&](auto fetched) {
                                 result = std::move(fetched);
                                 transfer.reset();
                               });
                             }));
    if (limit == 1000) {
      REQUIRE(*result);
      CHECK((*result)->head.status == 200);
      CHECK((*result)->body.size() == 1000);
    } else {
      CHECK(result->error().code == ErrorCode::kTooLarge);
    }
  }
  SECTION("blocking") {
    const auto fetched = glint::net::fetchBlocking({}, request, 1000);
    REQUIRE(fetched);
    CHECK(fetched->body.size() == 1000);
    CHECK(glint::net::fetchBlocking({}, request, 999).error().code == ErrorCode::kTooLarge);
  }
}

TEST_CASE("fetchBlocking: fails like the streaming client", "[net][client]") {
  const auto fetched = glint::net::fetchBlocking({}, {.url = "http://127.0.0.1:1/x?secret"}, 10);
  REQUIRE_FALSE(fetched);
  CHECK(fetched.error().code == ErrorCode::kUpstream);
  CHECK(fetched.error().message.find("secret") == std::string::npos);
}
