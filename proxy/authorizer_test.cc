#include "proxy/authorizer.h"

#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "net/testing/client_fixture.h"
#include "proxy/testing/edge_fixture.h"

namespace glint::proxy {
namespace {

using namespace std::chrono_literals;
using net::testing::eventually;
using net::testing::pattern;
using net::testing::textResponse;
using testing::EdgeFixture;

const std::string kBytes = pattern(0, 5000);

bool isFile(const net::ExchangePtr& exchange) {
  return exchange->request().path().ends_with("/file");
}

TEST_CASE("Authorizer: a decision is kept for its time to live, per caller and image", "[proxy]") {
  EdgeFixture edge;
  edge.upstream.add("a", kBytes);
  edge.upstream.add("b", pattern(7, 6000));
  CHECK(edge.download("a").body == kBytes);
  CHECK(edge.download("a").body == kBytes);
  CHECK(edge.upstream.shows == 1);
  // Until the edge knows that it holds the image, it asks for the whole of it and not for a byte.
  REQUIRE(eventually([&] { return edge.store->aliasOf("a").has_value(); }));
  CHECK(edge.download("a", "other").body == kBytes);
  CHECK(edge.upstream.shows == 2);
  CHECK(edge.upstream.probes == 1);
  CHECK(edge.download("b").status == 200);
  CHECK(edge.upstream.shows == 3);
  edge.clock.advance(59s);
  CHECK(edge.download("a").status == 200);
  CHECK(edge.upstream.shows == 3);
  edge.clock.advance(2s);
  CHECK(edge.download("a").status == 200);
  CHECK(edge.upstream.shows == 4);
  CHECK(edge.upstream.wholes == 2);
}

TEST_CASE("Authorizer: a refusal is kept for seconds, and passed on as it came", "[proxy]") {
  const auto status = GENERATE(401, 403, 404, 410);
  const auto by_file = GENERATE(true, false);
  EdgeFixture edge;
  edge.upstream.add("a", kBytes);
  edge.upstream.intercept([=](const net::ExchangePtr& exchange) {
    if (isFile(exchange) != by_file) return false;
    auto response = textResponse(status, "refused for a reason");
    response.headers.add("WWW-Authenticate", "Keystone");
    exchange->respond(std::move(response));
    return true;
  });
  for (int i = 0; i < 3; ++i) {
    const auto got = edge.download("a");
    CHECK(got.status == status);
    CHECK(got.body == "refused for a reason");
    CHECK(got.header("WWW-Authenticate") == "Keystone");
  }
  // Both are asked at once, and the first refusal ends the other.
  CHECK(edge.upstream.shows <= 1);
  CHECK(edge.upstream.wholes <= 1);
  CHECK(edge.metric(R"(glint_cache_requests_total{result="denied"})") == 3);
  edge.upstream.intercept({});
  edge.clock.advance(4s);
  CHECK(edge.download("a").status == status);
  edge.clock.advance(2s);
  CHECK(edge.download("a").body == kBytes);
}

TEST_CASE("Authorizer: without an upstream only decisions within the grace count", "[proxy]") {
  EdgeFixture edge;
  edge.upstream.add("a", kBytes);
  REQUIRE(edge.download("a").status == 200);
  edge.health->setReachable(false, "test");
  edge.clock.advance(61s);
  CHECK(edge.download("a").body == kBytes);
  CHECK(edge.metric(R"(glint_cache_requests_total{result="stale"})") == 1);
  const auto stranger = edge.download("a", "other");
  CHECK(stranger.status == 503);
  CHECK(stranger.header("Retry-After"));
  CHECK(edge.download("a", "").status == 503);
  edge.clock.advance(1h);
  CHECK(edge.download("a").status == 503);
  CHECK(edge.upstream.shows == 1);
}

TEST_CASE("Authorizer: an upstream that fails is no refusal", "[proxy]") {
  EdgeFixture edge;
  edge.upstream.add("a", kBytes);
  REQUIRE(edge.download("a").status == 200);
  const auto cut = GENERATE(true, false);
  edge.upstream.intercept([=](const net::ExchangePtr& exchange) {
    cut ? exchange->abort() : exchange->respond(textResponse(500, "database is away"));
    return true;
  });
  edge.clock.advance(61s);
  CHECK(edge.download("a").body == kBytes);  // within the grace
  const auto stranger = edge.download("a", "other");
  CHECK(stranger.status == (cut ? 503 : 500));
  edge.upstream.intercept({});
  CHECK(edge.download("a", "other").status == 200);  // it was not remembered
}

TEST_CASE("Authorizer: questions at the same time are one", "[proxy][threads]") {
  EdgeFixture edge;
  edge.upstream.add("a", kBytes);
  Mutex mutex;
  std::vector<net::ExchangePtr> held;
  edge.upstream.intercept([&](const net::ExchangePtr& exchange) {
    if (isFile(exchange)) return false;
    MutexLock lock(mutex);
    held.push_back(exchange);
    return true;
  });
  std::vector<std::thread> callers;
  std::atomic<int> good = 0;
  for (int i = 0; i < 16; ++i) {
    callers.emplace_back([&] { good += edge.download("a").body == kBytes ? 1 : 0; });
  }
  CHECK(net::testing::eventually([&] { return edge.observer->opened == 16; }));
  CHECK(net::testing::eventually([&] {
    MutexLock lock(mutex);
    return held.size() == 1;
  }));
  edge.upstream.intercept({});
  net::ExchangePtr question;
  {
    MutexLock lock(mutex);
    question = held.front();
  }
  http::Response answer;
  answer.body =
      R"({"id":"a","status":"active","size":5000,"os_hash_algo":"sha512","os_hash_value":")" +
      digestHex("sha512", std::as_bytes(std::span(kBytes))) + R"("})";
  question->loop().post([question, answer] { question->respond(answer); });
  for (auto& caller : callers) caller.join();
  CHECK(good == 16);
  CHECK(edge.upstream.shows == 1);
  CHECK(edge.upstream.wholes == 1);
}

TEST_CASE("Authorizer: a change through the edge drops what was decided", "[proxy]") {
  EdgeFixture edge;
  edge.upstream.add("a", kBytes);
  REQUIRE(edge.download("a").status == 200);
  REQUIRE(edge.upstream.shows == 1);
  edge.upstream.intercept([](const net::ExchangePtr& exchange) {
    if (exchange->request().method == http::Method::kGet) return false;
    exchange->respond(textResponse(exchange->request().target.ends_with("denied") ? 403 : 204, ""));
    return true;
  });
  const auto change = [&](const std::string& target) {
    net::testing::RawClient client(edge.server->port());
    client.send("POST " + target + " HTTP/1.1\r\nHost: edge\r\nContent-Length: 0\r\n\r\n");
    return client.receive().status;
  };
  CHECK(change("/v2/images/b/actions/deactivate") == 204);
  CHECK(change("/v2/images/a/actions/denied") == 403);
  CHECK(edge.download("a").status == 200);
  CHECK(edge.upstream.shows == 1);
  CHECK(change("/v2/images/a/actions/deactivate") == 204);
  CHECK(edge.download("a").status == 200);
  CHECK(edge.upstream.shows == 2);
}

TEST_CASE("Authorizer: the table has a bound", "[proxy]") {
  EdgeFixture edge([](EdgeOptions& options) { options.auth.table_size = 4; });
  edge.upstream.add("a", kBytes);
  for (int i = 0; i < 12; ++i) CHECK(edge.download("a", std::to_string(i)).status == 200);
  CHECK(edge.authorizer->remembered() == 4);
  CHECK(edge.upstream.shows == 12);
  CHECK(edge.download("a", "11").status == 200);
  CHECK(edge.upstream.shows == 12);
  CHECK(edge.download("a", "0").status == 200);
  CHECK(edge.upstream.shows == 13);
}

TEST_CASE("Authorizer: what is distrusted is asked for again, when that is possible", "[proxy]") {
  EdgeFixture edge;
  edge.upstream.add("a", kBytes);
  CHECK(edge.download("a").body == kBytes);
  edge.authorizer->distrust();
  edge.health->setReachable(false, "test");
  CHECK(edge.download("a").body == kBytes);  // within the grace
  CHECK(edge.upstream.shows == 1);
  edge.health->setReachable(true, "test");
  edge.clock.advance(1s);
  CHECK(edge.download("a").body == kBytes);
  CHECK(edge.upstream.shows == 2);
  CHECK(edge.download("a").body == kBytes);
  CHECK(edge.upstream.shows == 2);
}

}  // namespace
}  // namespace glint::proxy
