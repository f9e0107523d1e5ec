#include "net/download.h"

#include <thread>

#include <catch2/catch.hpp>

#include "net/event_loop.h"
#include "net/testing/scripted_server.h"

namespace glint::net {
namespace {

using testing::ScriptedConnection;
using testing::ScriptedServer;

class LoopedClient {
 public:
  explicit LoopedClient(const ClientOptions& options = {})
      : client_(Client::create(*loop_, options).value()), thread_([this] { loop_->run(); }) {}
  ~LoopedClient() {
    loop_->post([this] { client_.reset(); });
    loop_->stop();
    thread_.join();
  }
  Result<std::unique_ptr<Download>> get(const std::string& url, std::stop_token stop = {}) {
    return Download::start(*loop_, *client_, {.url = url}, std::move(stop));
  }

 private:
  std::unique_ptr<EventLoop> loop_ = EventLoop::create().value();
  std::unique_ptr<Client> client_;
  std::thread thread_;
};

TEST_CASE("Download: a body larger than any queue, read slowly", "[net][download]") {
  const std::string block(1 << 20, 'x');
  const auto server = ScriptedServer::start([&](ScriptedConnection& connection) {
    connection.readHead();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 16777216\r\n\r\n");
    for (int i = 0; i < 16; ++i) connection.send(block);
  });
  LoopedClient client;
  const auto download = client.get(server->url("/"));
  REQUIRE(download);
  CHECK((*download)->head().status == 200);
  CHECK((*download)->head().content_length == 16u << 20);
  std::size_t got = 0;
  for (;;) {
    const auto slice = (*download)->read();
    REQUIRE(slice);
    if (slice->empty()) break;
    got += slice->size();
  }
  CHECK(got == 16u << 20);
}

TEST_CASE("Download: an end before its time is an error", "[net][download]") {
  const auto server = ScriptedServer::start([&](ScriptedConnection& connection) {
    connection.readHead();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort");
  });
  LoopedClient client;
  const auto download = client.get(server->url("/"));
  REQUIRE(download);
  Result<Slice> slice = (*download)->read();
  while (slice && !slice->empty()) slice = (*download)->read();
  REQUIRE_FALSE(slice);
  CHECK(slice.error().code == ErrorCode::kUpstream);
}

TEST_CASE("Download: stopping ends the wait for the head, and for the body", "[net][download]") {
  const bool with_head = GENERATE(false, true);
  std::stop_source stop;
  const auto server = ScriptedServer::start([&](ScriptedConnection& connection) {
    connection.readHead();
    if (with_head) connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
    stop.request_stop();
    connection.awaitClose();
  });
  LoopedClient client;
  auto download = client.get(server->url("/"), stop.get_token());
  if (download) {
    const auto slice = (*download)->read();
    REQUIRE_FALSE(slice);
    CHECK(slice.error().code == ErrorCode::kCancelled);
  } else {
    CHECK(download.error().code == ErrorCode::kCancelled);
  }
}

TEST_CASE("Download: no connection is made to an address that is not admitted", "[net][download]") {
  const auto server =
      ScriptedServer::start([](ScriptedConnection& connection) { connection.readHead(); });
  std::string seen;
  LoopedClient client({.admits_address = [&](std::string_view address) {
    seen = address;
    return false;
  }});
  for (const char* host : {"127.0.0.1", "localhost"}) {
    CAPTURE(host);
    const auto download =
        client.get("http://" + std::string(host) + ":" + std::to_string(server->port()) + "/");
    REQUIRE_FALSE(download);
    CHECK(download.error().code == ErrorCode::kUpstream);
  }
  CHECK((seen == "127.0.0.1" || seen == "::1"));
  CHECK(server->connections() == 0);
}

}  // namespace
}  // namespace glint::net
