#include "proxy/download.h"

#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "http/body_pipe.h"
#include "net/testing/client_fixture.h"
#include "proxy/image_path.h"
#include "proxy/testing/edge_fixture.h"

namespace glint::proxy {
namespace {

using net::testing::eventually;
using net::testing::pattern;
using testing::EdgeFixture;

constexpr std::size_t kMiB = 1u << 20;

double result(EdgeFixture& edge, const std::string& name) {
  return edge.metric("glint_cache_requests_total{result=\"" + name + "\"}");
}

TEST_CASE("Download: miss, hit and range say what the Images API says", "[proxy]") {
  EdgeFixture edge;
  const std::string bytes = pattern(0, 3 * kMiB + 1);
  edge.upstream.add("a", bytes);
  for (int i = 0; i < 2; ++i) {
    const auto got = edge.download("a");
    CHECK(got.status == 200);
    CHECK(got.body == bytes);
    CHECK(got.header("Content-Type") == "application/octet-stream");
    CHECK(got.header("Content-Length") == std::to_string(bytes.size()));
    CHECK(got.header("Content-MD5") == digestHex("md5", std::as_bytes(std::span(bytes))));
    CHECK(got.header("X-Openstack-Request-Id"));
  }
  const auto part = edge.download("a", "token", "Range: bytes=10-\r\n");
  CHECK(part.status == 206);
  CHECK(part.body == bytes.substr(10));
  CHECK(part.header("Content-Range") == "bytes 10-3145728/3145729");
  CHECK(result(edge, "miss") == 1);
  CHECK(result(edge, "hit") == 2);
  CHECK(edge.upstream.wholes == 1);
}

TEST_CASE("Download: clients on all loops share one fill", "[proxy][threads]") {
  EdgeFixture edge;
  const std::string bytes = pattern(3, 4 * kMiB);
  edge.upstream.add("a", bytes);
  std::vector<std::thread> clients;
  std::atomic<int> good = 0;
  for (int i = 0; i < 24; ++i) {
    clients.emplace_back([&, i] {
      if (i % 3 == 0) {
        const auto part = edge.download("a", std::to_string(i % 2), "Range: bytes=5-2000000\r\n");
        good += part.body == bytes.substr(5, 1999996) ? 1 : 0;
      } else {
        good += edge.download("a", std::to_string(i % 2)).body == bytes ? 1 : 0;
      }
    });
  }
  for (auto& client : clients) client.join();
  CHECK(good == 24);
  CHECK(edge.upstream.wholes == 1);
  CHECK(eventually([&] { return edge.metric("glint_fills_in_flight") == 0; }));
  CHECK(eventually([&] { return edge.metric("glint_fill_waiters") == 0; }));
}

TEST_CASE("Download: two images with the same bytes are one content", "[proxy]") {
  EdgeFixture edge;
  const std::string bytes = pattern(1, kMiB);
  edge.upstream.add("a", bytes);
  edge.upstream.add("b", bytes);
  CHECK(edge.download("a").body == bytes);
  CHECK(edge.download("b").body == bytes);
  CHECK(edge.store->usage().contents == 1);
  CHECK(result(edge, "hit") == 1);
  CHECK(eventually([&] { return edge.store->list().at(0).image_ids.size() == 2; }));
}

TEST_CASE("Download: a disk that fills up in the middle is noticed by no client", "[proxy]") {
  const auto fails_at = GENERATE(std::uint64_t{0}, std::uint64_t{1}, 2 * kMiB + 77, 5 * kMiB);
  EdgeFixture edge;
  const std::string bytes = pattern(9, 5 * kMiB + 3);
  edge.upstream.add("a", bytes);
  edge.store->fails_at = fails_at;
  CHECK(edge.download("a").body == bytes);
  const auto part = edge.download("a", "token", "Range: bytes=100-4000000\r\n");
  CHECK(part.status == 206);
  CHECK(part.body == bytes.substr(100, 3999901));
  CHECK(edge.store->usage().contents == 0);
  CHECK(eventually([&] { return edge.store->usage().reserved_bytes == 0; }));
  edge.store->fails_at = ~0ull;
  CHECK(edge.download("a").body == bytes);
  CHECK(edge.store->usage().contents == 1);
}

TEST_CASE("Download: without room the edge passes images through", "[proxy]") {
  EdgeFixture edge;
  const std::string bytes = pattern(9, kMiB);
  edge.upstream.add("a", bytes);
  edge.store->full = true;
  CHECK(edge.download("a").body == bytes);
  CHECK(edge.download("a", "token", "Range: bytes=3-5\r\n").body == bytes.substr(3, 3));
  CHECK(result(edge, "bypass") == 2);
}

TEST_CASE("Download: wrong bytes passed through never end cleanly", "[proxy]") {
  const auto size = GENERATE(std::size_t{1}, 2 * kMiB + 5, 12 * kMiB);
  const bool lengths_known = GENERATE(true, false);
  EdgeFixture edge;
  edge.upstream.add("a", pattern(9, size));
  edge.store->full = true;
  std::atomic<bool> wrong = true;
  edge.upstream.intercept([&](const net::ExchangePtr& exchange) {
    if (!wrong || !downloadOfPath(exchange->request().path()) ||
        exchange->request().headers.get("range"))
      return false;
    std::string bytes = pattern(9, size);
    bytes.back() = static_cast<char>(bytes.back() ^ 1);
    auto pipe = http::BodyPipe::create(size + 1);
    pipe->onData(Slice::of(std::move(bytes)));
    pipe->onEnd();
    http::Response response;
    response.body =
        http::Stream{pipe, lengths_known ? std::optional<std::uint64_t>(size) : std::nullopt};
    exchange->respond(std::move(response));
    return true;
  });
  CHECK(edge.download("a").status == 0);
  CHECK(edge.metric("glint_verification_failures_total{stage=\"fill\"}") == 1);
  wrong = false;
  CHECK(edge.download("a").body == pattern(9, size));
  CHECK(edge.store->usage().contents == 0);
}

TEST_CASE("Download: an image no longer held is refused at once while the upstream is away",
          "[proxy]") {
  EdgeFixture edge;
  edge.upstream.add("a", pattern(0, 5000));
  REQUIRE(edge.download("a").status == 200);
  edge.store->remove(edge.store->list().at(0).digest);
  edge.health->setReachable(false, "test");
  CHECK(edge.download("a").status == 503);
  CHECK(edge.upstream.wholes == 1);
}

TEST_CASE("Download: many small images at once", "[proxy][threads]") {
  EdgeFixture edge([](EdgeOptions& options) {
    options.workers = {.threads = 2, .queue_limit = 2};  // full most of the time
    options.store.capacity_bytes = kMiB;
  });
  for (std::uint64_t i = 0; i < 40; ++i)
    edge.upstream.add("i" + std::to_string(i), pattern(i, 60'000));
  std::vector<std::thread> clients;
  std::atomic<int> good = 0;
  for (std::uint64_t client = 0; client < 8; ++client) {
    clients.emplace_back([&, client] {
      for (std::uint64_t i = 0; i < 40; ++i) {
        const std::uint64_t image = (i * 7 + client * 5) % 40;
        good += edge.download("i" + std::to_string(image)).body == pattern(image, 60'000) ? 1 : 0;
      }
    });
  }
  for (auto& client : clients) client.join();
  CHECK(good == 320);
  CHECK(edge.store->usage().bytes <= kMiB);
}

}  // namespace
}  // namespace glint::proxy
