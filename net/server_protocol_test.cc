// HTTP/1.1 on a real socket: framing, order, reuse, refusals.
#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "net/testing/certificates.h"
#include "net/testing/client_fixture.h"
#include "net/testing/server_fixture.h"

using glint::Error;
using glint::Slice;
using glint::http::BodySink;
using glint::http::FileRange;
using glint::http::Flow;
using glint::http::Stream;
using glint::net::ExchangePtr;
using glint::net::ServerOptions;
using namespace glint::net::testing;

namespace {

// Collects a request body and answers with it; 413 when it is too long.
class EchoSink : public BodySink {
 public:
  explicit EchoSink(ExchangePtr exchange) : exchange_(std::move(exchange)) {}
  Flow onData(Slice slice) override {
    body_.append(slice.text());
    return Flow::kContinue;
  }
  void onEnd() override { answer(200, std::move(body_)); }
  void onAbort(const Error& error) override {
    answer(error.code == glint::ErrorCode::kTooLarge ? 413 : 400, error.message);
  }

 private:
  void answer(int status, std::string text) {
    const auto exchange = std::move(exchange_);
    exchange->respond(textResponse(status, std::move(text)));
  }
  ExchangePtr exchange_;
  std::string body_;
};

void echo(const ExchangePtr& exchange) {
  exchange->receive(std::make_shared<EchoSink>(exchange), 1 << 20);
}

void sayTarget(const ExchangePtr& exchange) {
  exchange->respond(textResponse(200, exchange->request().target));
}

std::string get(std::string_view target) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: x\r\n\r\n";
}

}  // namespace

TEST_CASE("Server: one connection answers many requests", "[net][server]") {
  ServerFixture fixture(sayTarget);
  RawClient client(fixture.port());
  for (int i = 0; i < 100; ++i) {
    REQUIRE(client.send(get("/" + std::to_string(i))));
    const auto response = client.receive();
    REQUIRE(response.status == 200);
    REQUIRE(response.body == "/" + std::to_string(i));
    REQUIRE(response.header("date"));
  }
  CHECK(fixture.observer.opened == 1);
  CHECK(eventually([&] { return fixture.observer.finished().size() == 100; }));
}

TEST_CASE("Server: pipelined requests are answered in order, however late each is",
          "[net][server]") {
  // The first answers last of all: handlers keep the exchange and answer from a timer.
  std::vector<glint::net::EventLoop::TimerPtr> timers;
  ServerFixture fixture([&](const ExchangePtr& exchange) {
    const auto delay = exchange->request().target == "/0" ? 30 : 0;
    timers.push_back(exchange->loop().runAfter(std::chrono::milliseconds(delay),
                                               [exchange] { sayTarget(exchange); }));
  });
  RawClient client(fixture.port());
  std::string requests;
  for (int i = 0; i < 50; ++i) requests += get("/" + std::to_string(i));
  REQUIRE(client.send(requests));
  for (int i = 0; i < 50; ++i) REQUIRE(client.receive().body == "/" + std::to_string(i));
  fixture.server->drain(std::chrono::milliseconds(0));
  timers.clear();
}

TEST_CASE("Server: pipelined requests with bodies keep their bounds", "[net][server]") {
  ServerFixture fixture(echo);
  RawClient client(fixture.port());
  REQUIRE(
      client.send("POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\none"
                  "POST /2 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "3\r\ntwo\r\n0\r\n\r\n"
                  "GET /3 HTTP/1.1\r\nHost: x\r\n\r\n"
                  "POST /4 HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nfour"));
  CHECK(client.receive().body == "one");
  CHECK(client.receive().body == "two");
  CHECK(client.receive().body.empty());
  CHECK(client.receive().body == "four");
}

TEST_CASE("Server: a request may arrive byte by byte", "[net][server]") {
  ServerFixture fixture(echo);
  RawClient client(fixture.port());
  for (const char byte : std::string("POST /1 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
                                     "chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")) {
    REQUIRE(client.send(std::string_view(&byte, 1)));
  }
  CHECK(client.receive().body == "hello");
}

TEST_CASE("Server: connections end when asked to", "[net][server]") {
  struct Row {
    const char* request;
    bool ends;
  };
  auto row = GENERATE(values<Row>({
      {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", false},
      {"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", true},
      {"GET / HTTP/1.0\r\n\r\n", true},
      {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", false},
  }));
  CAPTURE(row.request);
  ServerFixture fixture(sayTarget);
  RawClient client(fixture.port());
  REQUIRE(client.send(row.request));
  const auto response = client.receive();
  CHECK(response.status == 200);
  if (row.ends) {
    CHECK(client.ended());
  } else {
    REQUIRE(client.send(row.request));
    CHECK(client.receive().status == 200);
  }
}

TEST_CASE("Server: HEAD has the head of GET and no body", "[net][server]") {
  ServerFixture fixture(sayTarget);
  RawClient client(fixture.port());
  REQUIRE(client.send("HEAD /abc HTTP/1.1\r\nHost: x\r\n\r\n" + get("/next")));
  const auto head = client.receive(RawClient::Request::kHead);
  CHECK(head.status == 200);
  CHECK(head.header("content-length") == "4");
  CHECK(client.receive().body == "/next");
}

TEST_CASE("Server: Expect: 100-continue is answered when the body is wanted", "[net][server]") {
  const std::string head =
      "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n";
  SECTION("wanted") {
    ServerFixture fixture(echo);
    RawClient client(fixture.port());
    REQUIRE(client.send(head));
    CHECK(client.receive().status == 100);
    REQUIRE(client.send("hello"));
    CHECK(client.receive().body == "hello");
    REQUIRE(client.send(head));  // the connection is still in step
    CHECK(client.receive().status == 100);
  }
  SECTION("refused without it") {
    ServerFixture fixture(
        [](const ExchangePtr& exchange) { exchange->respond(textResponse(403, "no")); });
    RawClient client(fixture.port());
    REQUIRE(client.send(head));
    CHECK(client.receive().status == 403);
    client.shutdownWrite();
    CHECK(client.ended());
  }
}

TEST_CASE("Server: request bodies are bounded", "[net][server]") {
  ServerFixture fixture(echo);
  RawClient client(fixture.port());
  REQUIRE(client.send("PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"));
  client.send("200000\r\n" + std::string(2 << 20, 'x') + "\r\n0\r\n\r\n");
  CHECK(client.receive().status == 413);
}

TEST_CASE("Server: heads beyond the limits are answered 431 or 414", "[net][server]") {
  struct Row {
    const char* what;
    std::string request;
    int status;
  };
  std::string many = "GET / HTTP/1.1\r\nHost: x\r\n";
  for (int i = 0; i < 300; ++i) many += "A" + std::to_string(i) + ": b\r\n";
  auto row = GENERATE_COPY(values<Row>({
      {"many fields", many + "\r\n", 431},
      {"a long field", "GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(70000, 'a') + "\r\n\r\n",
       431},
      {"a long target", "GET /" + std::string(20000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n", 414},
  }));
  CAPTURE(row.what);
  ServerFixture fixture(sayTarget);
  RawClient client(fixture.port());
  client.send(row.request);
  CHECK(client.receive().status == row.status);
  client.shutdownWrite();
  CHECK(client.ended());
  CHECK(fixture.observer.refused("bad_request") == 1);
}

TEST_CASE("Server: an ambiguous request is refused, and nothing behind it is read",
          "[net][server]") {
  const auto request = GENERATE(
      as<std::string>{},
      "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n"
      "Content-Length: 2\r\n\r\na",
      "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1, 2\r\n\r\na",
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n"
      "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\na",
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0x1\r\n\r\na",
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, "
      "identity\r\n\r\n0\r\n\r\n",
      "GET / HTTP/1.1\r\nHost : x\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: x\r\nA: b\rC: d\r\n\r\n", "GET / HTTP/1.1\nHost: x\n\n",
      "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
      "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", "G@T / HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: x\r\nA\x01: b\r\n\r\n");
  CAPTURE(request);
  ServerFixture fixture(sayTarget);
  RawClient client(fixture.port());
  client.send(request + get("/smuggled"));
  CHECK(client.receive().status == 400);
  client.shutdownWrite();
  CHECK(client.receiveAll().empty());
  CHECK(fixture.observer.refused("bad_request") == 1);
  CHECK(fixture.observer.finished().empty());
}

TEST_CASE("Server: what is no HTTP/1.x is refused", "[net][server]") {
  const auto request = GENERATE(as<std::string>{}, "GET / HTTP/2.0\r\nHost: x\r\n\r\n",
                                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET / HTTP/3.7\r\n\r\n",
                                "\x16\x03\x01\x02\x00\x01", "hello\r\n\r\n");
  CAPTURE(request);
  ServerFixture fixture(sayTarget);
  RawClient client(fixture.port());
  client.send(request);
  client.shutdownWrite();
  const auto status = client.receive().status;
  CHECK((status == 0 || status == 400 || status == 505));
  CHECK(client.ended());
  CHECK(fixture.observer.finished().empty());
}

TEST_CASE("Server: a stream without a length is chunked, or ends with the connection",
          "[net][server]") {
  ServerFixture fixture([](const ExchangePtr& exchange) {
    glint::http::Response response;
    response.body = Stream{std::make_shared<PatternSource>(3000000), std::nullopt};
    exchange->respond(std::move(response));
  });
  RawClient client(fixture.port());
  SECTION("HTTP/1.1") {
    for (int i = 0; i < 2; ++i) {
      REQUIRE(client.send(get("/")));
      const auto response = client.receive();
      CHECK(response.header("transfer-encoding") == "chunked");
      CHECK(response.body == pattern(0, 3000000));
    }
  }
  SECTION("HTTP/1.0") {
    REQUIRE(client.send("GET / HTTP/1.0\r\n\r\n"));
    const auto response = client.receive();
    CHECK_FALSE(response.header("transfer-encoding"));
    CHECK(response.body == pattern(0, 3000000));
  }
}

TEST_CASE("Server: a source that aborts cuts the connection, never ends the body cleanly",
          "[net][server]") {
  const bool chunked = GENERATE(true, false);
  ServerFixture fixture([&](const ExchangePtr& exchange) {
    auto source = std::make_shared<PatternSource>(1000000);
    source->abort_at = 500000;
    glint::http::Response response;
    response.body =
        Stream{std::move(source), chunked ? std::nullopt : std::optional<std::uint64_t>(1000000)};
    exchange->respond(std::move(response));
  });
  RawClient client(fixture.port());
  REQUIRE(client.send(get("/")));
  CHECK(client.receive().status == 0);
  REQUIRE(eventually([&] { return fixture.observer.finished().size() == 1; }));
  CHECK_FALSE(fixture.observer.finished().at(0).clean);
}

TEST_CASE("Server: a range of a file is sent as it lies on disk", "[net][server]") {
  const TestDirectory directory;
  const std::string path = directory.file("image");
  const std::string content = pattern(0, 10000000);
  auto file =
      std::make_shared<glint::UniqueFd>(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  REQUIRE(::write(file->get(), content.data(), content.size()) == 10000000);
  ServerFixture fixture([&](const ExchangePtr& exchange) {
    glint::http::Response response;
    response.body = FileRange{file, 123, 9000000};
    exchange->respond(std::move(response));
  });
  RawClient client(fixture.port());
  for (int i = 0; i < 3; ++i) {
    REQUIRE(client.send(get("/")));
    REQUIRE(client.receive().body == content.substr(123, 9000000));
  }
  SECTION("a file that became shorter cuts the connection") {
    REQUIRE(::ftruncate(file->get(), 5000000) == 0);
    REQUIRE(client.send(get("/")));
    CHECK(client.receive().status == 0);
  }
}

TEST_CASE("Server: response fields cannot be split", "[net][server]") {
  ServerFixture fixture([](const ExchangePtr& exchange) {
    auto response = textResponse(200, "");
    response.headers.add("Location", "/x\r\nSet-Cookie: evil=1");
    exchange->respond(std::move(response));
  });
  RawClient client(fixture.port());
  REQUIRE(client.send(get("/")));
  CHECK_FALSE(client.receive().header("set-cookie"));
}

TEST_CASE("Server: the request id is taken over when harmless, else made", "[net][server]") {
  struct Row {
    const char* field;
    const char* want;  // nullptr: a new one
  };
  auto row = GENERATE(values<Row>({
      {"X-Openstack-Request-Id: req-1\r\n", "req-1"},
      {"X-Openstack-Request-Id: abc\r\n", "req-abc"},
      {"X-Openstack-Request-Id: a b\"c\r\n", nullptr},
      {"", nullptr},
  }));
  CAPTURE(row.field);
  ServerFixture fixture(sayTarget);
  RawClient client(fixture.port());
  REQUIRE(client.send(std::string("GET / HTTP/1.1\r\nHost: x\r\n") + row.field + "\r\n"));
  CHECK(client.receive().status == 200);
  REQUIRE(eventually([&] { return fixture.observer.finished().size() == 1; }));
  const auto id = fixture.observer.finished().at(0).request_id;
  if (row.want) {
    CHECK(id == row.want);
  } else {
    CHECK(id.size() == 40);
    CHECK(id.starts_with("req-"));
  }
}
