#include "net/client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include <catch2/catch.hpp>

#include "base/handle.h"
#include "net/testing/client_fixture.h"
#include "net/testing/scripted_server.h"

using namespace std::chrono_literals;
using glint::ErrorCode;
using glint::UniqueFd;
using glint::http::Flow;
using glint::http::Method;
using glint::net::Client;
using glint::net::ClientOptions;
using glint::net::ClientRequest;
using glint::net::Transfer;
using glint::net::testing::answer;
using glint::net::testing::ClientFixture;
using glint::net::testing::RecordingSink;
using glint::net::testing::ScriptedConnection;
using glint::net::testing::ScriptedServer;

namespace {

// Answers every request on every connection alike.
std::unique_ptr<ScriptedServer> serverSaying(std::string bytes) {
  return ScriptedServer::start([bytes](ScriptedConnection& connection) {
    while (!connection.readHead().empty()) {
      if (!connection.send(bytes)) return;
    }
  });
}

UniqueFd listenerOn(sockaddr_in& address, int backlog) {
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  REQUIRE(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
  if (backlog >= 0) REQUIRE(::listen(socket.get(), backlog) == 0);
  ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
  return socket;
}

std::string urlOf(const sockaddr_in& address) {
  return "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/v2/images?secret=1";
}

}  // namespace

TEST_CASE("Client: a response's head and body arrive as sent", "[net][client]") {
  auto server = serverSaying(
      "HTTP/1.1 200 OK\r\nX-One: 1\r\nx-one: 2\r\nEmpty:\r\nContent-Length: 5\r\n\r\nhello");
  ClientFixture fixture;
  auto sink = fixture.get(server->url("/v2/images"));
  REQUIRE(sink->complete());
  CHECK(sink->head->status == 200);
  CHECK(sink->head->headers.count("X-ONE") == 2);
  CHECK(sink->head->headers.get("empty") == "");
  CHECK(sink->head->content_length == 5u);
  CHECK_FALSE(sink->head->chunked);
  CHECK(sink->body == "hello");
  CHECK(server->heads().at(0) == "GET /v2/images HTTP/1.1\r\nHost: 127.0.0.1:" +
                                     std::to_string(server->port()) + "\r\n\r\n");
}

TEST_CASE("Client: one connection serves one request after another", "[net][client]") {
  auto server = serverSaying(answer(200, "again"));
  ClientFixture fixture;
  for (int i = 0; i < 20; ++i) {
    auto sink = fixture.get(server->url("/" + std::to_string(i)));
    REQUIRE(sink->complete());
    REQUIRE(sink->body == "again");
  }
  CHECK(server->connections() == 1);
  CHECK(server->heads().size() == 20);
}

TEST_CASE("Client: no more connections than allowed, the others wait in line", "[net][client]") {
  auto server = serverSaying(answer(200, "x"));
  ClientFixture fixture({.max_connections = 3});
  std::vector<std::shared_ptr<RecordingSink>> sinks;
  std::vector<std::unique_ptr<Transfer>> transfers;
  REQUIRE(fixture.runUntil(
      [&] {
        return std::all_of(sinks.begin(), sinks.end(),
                           [](const auto& sink) { return sink->over(); });
      },
      [&] {
        for (int i = 0; i < 50; ++i) {
          sinks.push_back(std::make_shared<RecordingSink>());
          transfers.push_back(fixture.client->start({.url = server->url("/")}, sinks.back()));
        }
      }));
  for (const auto& sink : sinks) CHECK(sink->complete());
  CHECK(server->connections() <= 3);
}

TEST_CASE("Client: bodies are framed as their heads say", "[net][client]") {
  struct Row {
    const char* what;
    Method method;
    const char* bytes;
    int status;
    const char* body;
  };
  auto row = GENERATE(values<Row>({
      {"chunked", Method::kGet,
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: "
       "1\r\n\r\n",
       200, "abcde"},
      {"until close", Method::kGet, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nto the end", 200,
       "to the end"},
      {"HTTP/1.0", Method::kGet, "HTTP/1.0 200 OK\r\n\r\nold", 200, "old"},
      {"HEAD", Method::kHead, "HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n", 200, ""},
      {"204", Method::kDelete, "HTTP/1.1 204 No Content\r\n\r\n", 204, ""},
      {"304", Method::kGet, "HTTP/1.1 304 Not Modified\r\nContent-Length: 77\r\n\r\n", 304, ""},
      {"empty", Method::kGet, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200, ""},
      {"1xx first", Method::kGet,
       "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\nHTTP/1.1 200 "
       "OK\r\nContent-Length: 2\r\n\r\nok",
       200, "ok"},
      {"redirect is an answer", Method::kGet,
       "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", 302, ""},
      {"coded as it is", Method::kGet,
       "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnot!", 200, "not!"},
  }));
  CAPTURE(row.what);
  auto server = ScriptedServer::start([&](ScriptedConnection& connection) {
    connection.readHead();
    connection.send(row.bytes);
    // A length must be enough: the connection stays open, unless its end is the body's.
    if (std::string_view(row.bytes).find("ose\r\n\r\nto") == std::string_view::npos &&
        std::string_view(row.bytes).find("/1.0") == std::string_view::npos) {
      connection.awaitClose();
    }
  });
  ClientFixture fixture;
  auto sink = fixture.get(ClientRequest{.method = row.method, .url = server->url("/x")});
  if (sink->error) UNSCOPED_INFO(sink->error->message);
  REQUIRE(sink->complete());
  CHECK(sink->heads == 1);
  CHECK(sink->head->status == row.status);
  CHECK(sink->body == row.body);
  CHECK_FALSE(sink->head->headers.get("t"));
  CHECK_FALSE(sink->head->headers.get("link"));
}

TEST_CASE("Client: a broken response is an upstream error, never a clean end", "[net][client]") {
  struct Row {
    const char* what;
    const char* bytes;
  };
  auto row = GENERATE(values<Row>({
      {"closed at once", ""},
      {"half a head", "HTTP/1.1 200 OK\r\nContent-Le"},
      {"short body", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345"},
      {"short chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\n12345"},
      {"no last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n"},
      {"bad chunk size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n12345\r\n"},
      {"no HTTP", "SSH-2.0-OpenSSH_9.2\r\n"},
      {"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"},
      {"bad length", "HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\na"},
      {"switched protocols", "HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n"},
      {"folded field", "HTTP/1.1 200 OK\r\nA: b\r\n c\r\nContent-Length: 0\r\n\r\n"},
      {"space before colon", "HTTP/1.1 200 OK\r\nA : b\r\nContent-Length: 0\r\n\r\n"},
      {"bare CR in a field", "HTTP/1.1 200 OK\r\nA: b\rX: y\r\nContent-Length: 0\r\n\r\n"},
  }));
  CAPTURE(row.what);
  auto server = ScriptedServer::start([&](ScriptedConnection& connection) {
    connection.readHead();
    connection.send(row.bytes);
  });
  ClientFixture fixture;
  auto sink = fixture.get(server->url("/v2/images?token=hidden"));
  REQUIRE(sink->ends == 1);
  REQUIRE(sink->error);
  INFO(sink->error->message);
  CHECK(sink->error->code == ErrorCode::kUpstream);
  CHECK(sink->error->message.find("GET http://127.0.0.1:") == 0);
  CHECK(sink->error->message.find("hidden") == std::string::npos);
}

TEST_CASE("Client: a response head beyond the limits is refused", "[net][client]") {
  const bool many = GENERATE(true, false);
  std::string head = "HTTP/1.1 200 OK\r\n";
  if (many) {
    for (int i = 0; i < 300; ++i) head += "A: b\r\n";
  } else {
    head += "A: " + std::string(70000, 'x') + "\r\n";
  }
  auto server = serverSaying(head + "Content-Length: 0\r\n\r\n");
  ClientFixture fixture;
  auto sink = fixture.get(server->url("/"));
  REQUIRE(sink->error);
  CHECK(sink->error->code == ErrorCode::kUpstream);
  CHECK(sink->error->message.find(many ? "too many" : "too long") != std::string::npos);
}

TEST_CASE("Client: a reset in the middle of a body aborts it", "[net][client]") {
  auto server = ScriptedServer::start([](ScriptedConnection& connection) {
    connection.readHead();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n12345");
    connection.readSome(1);  // until the client has seen it
    connection.reset();
  });
  ClientFixture fixture;
  auto sink = std::make_shared<RecordingSink>();
  std::unique_ptr<Transfer> transfer;
  REQUIRE(
      fixture.runUntil([&] { return sink->bytes == 5; },
                       [&] { transfer = fixture.client->start({.url = server->url("/")}, sink); }));
  server.reset();
  REQUIRE(fixture.runUntil([&] { return sink->over(); }));
  REQUIRE(sink->error);
  CHECK(sink->error->code == ErrorCode::kUpstream);
}

TEST_CASE("Client: a refused connection says so", "[net][client]") {
  sockaddr_in address{};
  const UniqueFd bound = listenerOn(address, -1);  // bound, not listening: refused
  ClientFixture fixture;
  auto sink = fixture.get(urlOf(address));
  REQUIRE(sink->error);
  CHECK(sink->error->code == ErrorCode::kUpstream);
  CHECK(sink->error->os_errno == ECONNREFUSED);
  CHECK(sink->error->message.find("/v2/images: ") != std::string::npos);
  CHECK(sink->error->message.find("secret") == std::string::npos);
}

TEST_CASE("Client: a connection that does not come about times out", "[net][client]") {
  sockaddr_in address{};
  const UniqueFd listener = listenerOn(address, 0);
  std::vector<UniqueFd> fillers;  // the line is full: the kernel drops further SYNs
  for (int i = 0; i < 4; ++i) {
    fillers.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    ::connect(fillers.back().get(), reinterpret_cast<sockaddr*>(&address), sizeof address);
  }
  ClientFixture fixture({.connect_timeout = 100ms});
  auto sink = fixture.get(urlOf(address));
  REQUIRE(sink->error);
  CHECK(sink->error->code == ErrorCode::kTimeout);
}

TEST_CASE("Client: each phase has its own limit", "[net][client]") {
  struct Row {
    const char* bytes;
    const char* message;
  };
  auto row = GENERATE(values<Row>({
      {"", "no response head within 50 ms"},
      {"HTTP/1.1 100 Continue\r\n\r\n", "no response head within 50 ms"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", "response body stalled for 60 ms"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n12345", "response body stalled for 60 ms"},
  }));
  CAPTURE(row.bytes);
  auto server = ScriptedServer::start([&](ScriptedConnection& connection) {
    connection.readHead();
    connection.send(row.bytes);
    connection.awaitClose();
  });
  ClientFixture fixture({.first_byte_timeout = 50ms, .stall_timeout = 60ms});
  auto sink = fixture.get(server->url("/"));
  REQUIRE(sink->error);
  CHECK(sink->error->code == ErrorCode::kTimeout);
  CHECK(sink->error->message.find(row.message) != std::string::npos);
}

TEST_CASE("Client: a trickle below the rate is a stall, one above is none", "[net][client]") {
  const bool fast = GENERATE(true, false);
  auto server = ScriptedServer::start([&](ScriptedConnection& connection) {
    connection.readHead();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n");
    for (int i = 0; i < 30; ++i) {
      if (!connection.send(std::string(fast ? 100 : 1, 'x'))) return;
      if (!connection.idle(10ms)) return;
    }
    connection.awaitClose();
  });
  ClientFixture fixture({.stall_timeout = 100ms, .stall_bytes_per_second = 1000});
  auto sink = fixture.get(server->url("/"));
  CHECK(sink->complete() == fast);
  if (!fast) CHECK(sink->error.value().code == ErrorCode::kTimeout);
}

TEST_CASE("Client: a total timeout ends even a transfer whose sink holds it up", "[net][client]") {
  const bool held_up = GENERATE(true, false);
  auto server = ScriptedServer::start([](ScriptedConnection& connection) {
    connection.readHead();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n12345");
    connection.awaitClose();
  });
  ClientFixture fixture;
  auto sink = std::make_shared<RecordingSink>();
  if (held_up) sink->on_data = [] { return Flow::kPause; };
  std::unique_ptr<Transfer> transfer;
  REQUIRE(fixture.runUntil([&] { return sink->over(); },
                           [&] {
                             transfer = fixture.client->start(
                                 {.url = server->url("/"), .total_timeout = 80ms}, sink);
                           }));
  REQUIRE(sink->error);
  CHECK(sink->error->code == ErrorCode::kTimeout);
  CHECK(sink->error->message.find("not finished within 80 ms") != std::string::npos);
}

TEST_CASE("Client: what would break the request is refused before it is sent", "[net][client]") {
  auto server = serverSaying(answer(200, ""));
  ClientRequest request{.url = server->url("/")};
  SECTION("LF in a value") { request.headers.add("A", "b\nX-Injected: 1"); }
  SECTION("CR in a value") { request.headers.add("A", "b\rX-Injected: 1"); }
  SECTION("NUL in a value") { request.headers.add("A", std::string("b\0c", 3)); }
  SECTION("a name that is no token") { request.headers.add("A: b\r\nC", "d"); }
  SECTION("a method that is no token") {
    request.method = Method::kOther;
    request.method_token = "GET / HTTP/1.1\r\nX: y\r\n\r\n";
  }
  SECTION("no method") { request.method = Method::kOther; }
  SECTION("another scheme") { request.url = "file:///etc/passwd"; }
  SECTION("credentials in the URL") {
    request.url = "http://user:secret@127.0.0.1:" + std::to_string(server->port()) + "/";
  }
  SECTION("no URL") { request.url = "http://"; }
  SECTION("HEAD with a body") {
    request.method = Method::kHead;
    request.body = std::string("x");
  }
  ClientFixture fixture;
  auto sink = fixture.get(std::move(request));
  REQUIRE(sink->error);
  INFO(sink->error->message);
  CHECK(sink->error->code == ErrorCode::kInvalidArgument);
  CHECK(sink->error->message.find("secret") == std::string::npos);
  CHECK(server->heads().empty());
}

TEST_CASE("Client: methods, fields and small bodies go out as asked for", "[net][client]") {
  struct Row {
    Method method;
    const char* token;
    const char* body;
    const char* start;
    const char* length;  // nullptr: no Content-Length
  };
  auto row = GENERATE(values<Row>({
      {Method::kGet, "", "", "GET /a/../b?q=1 HTTP/1.1\r\n", nullptr},
      {Method::kDelete, "", "", "DELETE /a/../b?q=1 HTTP/1.1\r\n", nullptr},
      {Method::kPost, "", "", "POST /a/../b?q=1 HTTP/1.1\r\n", "0"},
      {Method::kPost, "", "body", "POST /a/../b?q=1 HTTP/1.1\r\n", "4"},
      {Method::kPut, "", "", "PUT /a/../b?q=1 HTTP/1.1\r\n", "0"},
      {Method::kPut, "", "body", "PUT /a/../b?q=1 HTTP/1.1\r\n", "4"},
      {Method::kPatch, "", "body", "PATCH /a/../b?q=1 HTTP/1.1\r\n", "4"},
      {Method::kDelete, "", "body", "DELETE /a/../b?q=1 HTTP/1.1\r\n", "4"},
      {Method::kOther, "PROPFIND", "", "PROPFIND /a/../b?q=1 HTTP/1.1\r\n", nullptr},
  }));
  CAPTURE(row.start, row.body);
  std::string got;
  auto server = ScriptedServer::start([&](ScriptedConnection& connection) {
    connection.readHead();
    got = connection.read(std::string_view(row.body).size());
    connection.send(answer(200, ""));
    connection.awaitClose();
  });
  ClientRequest request{.method = row.method,
                        .method_token = row.token,
                        .url = server->url("/a/../b?q=1"),
                        .body = std::string(row.body)};
  request.headers.add("X-Auth-Token", "abc");
  request.headers.add("X-Empty", "");
  request.headers.add("Expect", "100-continue");
  request.headers.add("Transfer-Encoding", "chunked");
  request.headers.add("Content-Length", "999");
  request.headers.add("Connection", "close");
  {
    ClientFixture fixture;
    REQUIRE(fixture.get(std::move(request))->complete());
  }
  const std::string head = server->heads().at(0);
  server.reset();
  CAPTURE(head);
  CHECK(head.find(row.start) == 0);
  CHECK(head.find("\r\nX-Auth-Token: abc\r\n") != std::string::npos);
  CHECK(head.find("\r\nX-Empty:\r\n") != std::string::npos);
  for (const char* absent : {"Expect", "Transfer-Encoding", "999", "Connection", "User-Agent",
                             "Accept", "Content-Type"}) {
    CHECK(head.find(absent) == std::string::npos);
  }
  const auto length = head.find("Content-Length: ");
  CHECK((length != std::string::npos) == (row.length != nullptr));
  if (row.length) CHECK(head.find(std::string("Content-Length: ") + row.length + "\r\n") == length);
  CHECK(got == row.body);
}
