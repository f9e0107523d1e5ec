#include "proxy/upstream.h"

#include <atomic>
#include <vector>

#include <catch2/catch.hpp>

#include "base/mutex.h"
#include "metrics/edge_metrics.h"
#include "metrics/registry.h"
#include "net/testing/server_fixture.h"
#include "proxy/testing/edge_fixture.h"
#include "proxy/upstream_monitor.h"

namespace glint::proxy {
namespace {

using namespace std::chrono_literals;
using net::testing::eventually;

TEST_CASE("Upstream: which addresses are taken", "[proxy]") {
  const auto good = GENERATE("http://host", "https://host:9292/", "http://[::1]:9292/image");
  CHECK(validateUpstreamUrl(good));
  const auto bad =
      GENERATE("", "host:9292", "ftp://host", "http://", "http://:80", "http://u:p@host",
               "http://host/a b", "http://host/?x", "http://host#x");
  CAPTURE(bad);
  CHECK_FALSE(validateUpstreamUrl(bad));
}

TEST_CASE("Upstream: a slash at the end of its address is dropped", "[proxy]") {
  CHECK(Upstream("http://host/image//").urlOf("/v2/x") == "http://host/image/v2/x");
}

http::Response versions() {
  http::Response response;
  response.status = 300;
  response.headers.add("Content-Type", "application/json");
  response.body = R"({"versions":[{"id":"v2.9","status":"CURRENT"}]})";
  return response;
}

TEST_CASE("Upstream monitor: tells an Images API from another service", "[proxy]") {
  const bool at_root = GENERATE(true, false);
  const bool images = GENERATE(true, false);
  net::testing::ServerFixture service([=](net::ExchangePtr exchange) {
    const bool here = exchange->request().target == (at_root ? "/" : "/versions");
    exchange->respond(here && images ? versions() : net::testing::textResponse(404, "other"));
  });
  Upstream upstream(service.url(""));
  metrics::Registry registry(metrics::ProgramKind::kEdge);
  metrics::EdgeMetrics metrics(registry);
  auto monitor = UpstreamMonitor::start(upstream, {}, metrics);
  REQUIRE(monitor);
  const auto want = images ? UpstreamService::kImagesApi : UpstreamService::kOther;
  CHECK(eventually([&] { return upstream.health().service == want; }));
  CHECK(upstream.reachable());
}

TEST_CASE("Upstream monitor: slow once is not away", "[proxy]") {
  Mutex mutex;
  std::vector<net::ExchangePtr> held;
  std::atomic<int> asked = 0;
  net::testing::ServerFixture service([&](net::ExchangePtr exchange) {
    if (++asked > 1) return exchange->respond(versions());
    MutexLock lock(mutex);
    held.push_back(std::move(exchange));  // never answered
  });
  Upstream upstream(service.url(""));
  metrics::Registry registry(metrics::ProgramKind::kEdge);
  metrics::EdgeMetrics metrics(registry);
  MonitorOptions options;
  options.timeout = 50ms;
  auto monitor = UpstreamMonitor::start(upstream, options, metrics);
  REQUIRE(monitor);
  CHECK(eventually([&] {
    CHECK(upstream.reachable());
    return upstream.health().service == UpstreamService::kImagesApi;
  }));
  CHECK(asked == 2);
}

TEST_CASE("Upstream monitor: a lost upstream is noticed when suspected, and found again",
          "[proxy]") {
  std::atomic<bool> broken = false;
  net::testing::ServerFixture service([&](net::ExchangePtr exchange) {
    broken ? exchange->abort() : exchange->respond(versions());
  });
  Upstream upstream(service.url(""));
  metrics::Registry registry(metrics::ProgramKind::kEdge);
  metrics::EdgeMetrics metrics(registry);
  MonitorOptions options;
  options.interval = 10ms;
  auto monitor = UpstreamMonitor::start(upstream, options, metrics);
  REQUIRE(monitor);
  REQUIRE(eventually([&] { return upstream.health().service == UpstreamService::kImagesApi; }));
  broken = true;
  CHECK(upstream.reachable());
  upstream.suspect({ErrorCode::kUpstream, "a request failed"});
  CHECK(eventually([&] { return !upstream.reachable(); }));
  CHECK_FALSE(upstream.health().detail.empty());
  broken = false;
  CHECK(eventually([&] { return upstream.reachable(); }));
}

TEST_CASE("Upstream: its loss is told each time it is lost", "[proxy]") {
  Upstream upstream("http://host");
  int lost = 0;
  upstream.onLost([&] { ++lost; });
  upstream.setReachable(true, "");
  CHECK(lost == 0);
  upstream.setReachable(false, "gone");
  upstream.setReachable(false, "still gone");
  CHECK(lost == 1);
  upstream.setReachable(true, "");
  upstream.setReachable(false, "gone again");
  CHECK(lost == 2);
}

TEST_CASE("Upstream: requests go to the first address that answers", "[proxy]") {
  Upstream upstream(std::vector<std::string>{"http://a", "http://b/", "http://c"});
  int moved = 0;
  int lost = 0;
  upstream.onMoved([&] { ++moved; });
  upstream.onLost([&] { ++lost; });
  CHECK(upstream.urlOf("/v2") == "http://a/v2");
  upstream.setReachable(false, "gone", 0);
  CHECK(upstream.urlOf("/v2") == "http://b/v2");
  CHECK(upstream.movedFrom("http://a/v2"));
  CHECK_FALSE(upstream.movedFrom("http://b/v2"));
  upstream.setReachable(false, "gone", 1);
  CHECK(upstream.url() == "http://c");
  CHECK(upstream.reachable());
  CHECK(lost == 0);
  upstream.setReachable(false, "gone", 2);
  CHECK_FALSE(upstream.reachable());
  CHECK(lost == 1);
  upstream.setReachable(true, "answers", 1);
  CHECK(upstream.url() == "http://b");
  upstream.setReachable(true, "answers", 0);  // the preferred one again
  CHECK(upstream.url() == "http://a");
  CHECK(upstream.healthAt(2).detail == "gone");
  CHECK(moved >= 4);
}

TEST_CASE("Upstream: a suspected address is passed over until it was looked at", "[proxy]") {
  Upstream upstream(std::vector<std::string>{"http://a", "http://b"});
  int looks = 0;
  for (std::size_t i = 0; i < 2; ++i) upstream.setMonitor([&] { ++looks; }, i);
  const Error error{ErrorCode::kUpstream, "reset"};
  upstream.suspect(error, "http://a/v2/images/x");
  CHECK(looks == 1);
  CHECK(upstream.url() == "http://b");
  upstream.suspect(error, "http://a/v2/images/y");  // late news of the same
  CHECK(upstream.url() == "http://b");
  upstream.setReachable(true, "answers", 0);
  CHECK(upstream.url() == "http://a");
  upstream.suspect(error);  // whichever it was: all are looked at
  CHECK(looks == 4);
  CHECK(upstream.url() == "http://a");
}

TEST_CASE("Upstream: what fails at one address is asked of the other, at once", "[proxy]") {
  testing::FakeUpstream second;
  testing::EdgeFixture edge([&](EdgeOptions& o) { o.upstream_fallbacks = {second.url()}; });
  for (std::size_t i = 0; i < 2; ++i) edge.health->setMonitor([] {}, i);
  const std::string bytes(5000, 'x');
  second.add("a", bytes);
  edge.upstream.intercept([](const net::ExchangePtr& exchange) {
    exchange->abort();
    return true;
  });
  SECTION("a download") { CHECK(edge.download("a").body == bytes); }
  SECTION("anything else that reads") { CHECK(edge.get("/v2/images/a").status == 200); }
  SECTION("but not what changes things") {
    CHECK(edge.call("DELETE", "/v2/images/a").status == 503);
  }
}

}  // namespace
}  // namespace glint::proxy
