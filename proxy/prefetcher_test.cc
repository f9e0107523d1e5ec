#include "proxy/prefetcher.h"

#include <catch2/catch.hpp>

#include "base/digest.h"
#include "base/file.h"
#include "net/testing/client_fixture.h"
#include "proxy/service_account.h"
#include "proxy/testing/edge_fixture.h"

namespace glint::proxy {
namespace {

using namespace std::chrono_literals;
using net::testing::eventually;
using net::testing::pattern;
using net::testing::textResponse;

const std::string kImage = "11111111-1111-1111-1111-111111111111";
const std::string kOther = "22222222-2222-2222-2222-222222222222";

struct PrefetchFixture {
  testing::EdgeFixture edge{[](EdgeOptions& options) {
    options.prefetch.queue.retry_delay = 1ms;
    options.prefetch.queue.retries = 3;
  }};
  ServiceAccount account{accountOptions(edge.directory.path() + "/token")};
  std::unique_ptr<Prefetcher> prefetcher;

  ~PrefetchFixture() {
    if (!prefetcher) return;
    prefetcher->stop();
    edge.workers.reset();  // as the program does: they may post to the prefetcher's loop
  }

  static ServiceAccountOptions accountOptions(const std::string& file) {
    REQUIRE(writeFileAtomic(file, "service-token", 0600));
    ServiceAccountOptions options;
    options.token_file = file;
    return options;
  }
  void start(const std::vector<const char*>& policies = {}) {
    PrefetchOptions options;
    for (const char* text : policies) options.policies.push_back(parsePrefetchPolicy(text).value());
    prefetcher = Prefetcher::start({edge.edge(), account, *edge.prefetch}, options, {}).value();
    edge.edge().prefetcher = prefetcher.get();
  }
  bool stored(const std::string& image) {
    return eventually([&] {
      const auto digest = edge.store->aliasOf(image);
      return digest && edge.store->find(*digest) != nullptr;
    });
  }
  bool queueIs(const std::function<bool(const std::vector<PrefetchItem>&)>& condition) {
    return eventually([&] { return condition(edge.prefetch->list()); });
  }
};

TEST_CASE("Prefetcher: what is queued is fetched as the service account, and then a hit",
          "[proxy][prefetch]") {
  PrefetchFixture f;
  f.edge.upstream.add(kImage, pattern(0, 3'000'000));
  f.edge.upstream.intercept([](const net::ExchangePtr& exchange) {
    if (exchange->request().headers.get("x-auth-token") == "service-token") return false;
    if (!exchange->request().path().ends_with("/file")) return false;
    const auto range = exchange->request().headers.get("range");
    if (range == "bytes=0-0") return false;  // may the caller?
    exchange->respond(textResponse(500, "only the service account fetches"));
    return true;
  });
  f.start();
  REQUIRE(f.edge.prefetch->add({kImage}, 0, "request"));
  REQUIRE(f.stored(kImage));
  REQUIRE(f.queueIs([](const auto& items) { return items.empty(); }));
  REQUIRE(f.edge.prefetch->recent().size() == 1);
  CHECK(f.edge.prefetch->recent()[0].bytes == 3'000'000);
  CHECK(f.edge.download(kImage).body == pattern(0, 3'000'000));
  CHECK(f.edge.upstream.wholes == 1);
  CHECK(f.edge.metric("glint_prefetched_bytes_total") == 3'000'000);
  CHECK(f.edge.metric(R"(glint_prefetches_total{result="stored"})") == 1);
  CHECK(f.edge.metric(R"(glint_cache_requests_total{result="hit"})") == 1);
}

TEST_CASE("Prefetcher: a failure is tried again, with its reason kept", "[proxy][prefetch]") {
  PrefetchFixture f;
  f.edge.upstream.add(kImage, pattern(0, 5000));
  std::atomic<int> failures = 2;
  f.edge.upstream.intercept([&](const net::ExchangePtr& exchange) {
    if (!exchange->request().path().ends_with("/file") || failures-- <= 0) return false;
    exchange->respond(textResponse(503, "come again"));
    return true;
  });
  f.start();
  REQUIRE(f.edge.prefetch->add({kImage}, 0, "request"));
  CHECK(f.stored(kImage));
  CHECK(f.edge.metric(R"(glint_prefetches_total{result="retried"})") == 2);
}

TEST_CASE("Prefetcher: what cannot be fetched is not tried again", "[proxy][prefetch]") {
  PrefetchFixture f;
  f.start();
  REQUIRE(f.edge.prefetch->add({kImage}, 0, "request"));
  REQUIRE(f.queueIs([](const auto& items) {
    return items.size() == 1 && items[0].state == PrefetchItem::State::kFailed;
  }));
  CHECK(f.edge.prefetch->list()[0].last_error.find("404") != std::string::npos);
  CHECK(f.edge.upstream.shows == 1);
}

TEST_CASE("Prefetcher: policies want what changes, and what was there before",
          "[proxy][prefetch]") {
  PrefetchFixture f;
  f.edge.upstream.add(kImage, pattern(0, 5000));
  f.edge.upstream.add(kOther, pattern(1, 500'000));
  const std::string record = f.edge.get("/v2/images/" + kOther).body;
  f.edge.upstream.intercept([record](const net::ExchangePtr& exchange) {
    if (exchange->request().path() != "/v2/images") return false;
    http::Response response;
    response.body = R"({"images": [)" + record + "]}";
    exchange->respond(std::move(response));
    return true;
  });
  f.start({"small: max_size=10K, pin", "large: min_size=100K"});
  CHECK(f.stored(kOther));  // by the sweep
  CHECK_FALSE(f.edge.store->aliasOf(kImage));
  f.prefetcher->consider({ChangeKind::kActivated, {kImage}});
  CHECK(f.stored(kImage));
  REQUIRE(eventually([&] { return !f.prefetcher->state().pinned.empty(); }));
  CHECK(f.prefetcher->state().pinned == std::vector<std::string>{kImage});
  f.prefetcher->consider({ChangeKind::kDeleted, {kImage}});
  CHECK(f.prefetcher->state().pinned.empty());
}

TEST_CASE("Prefetcher: stopped in the middle, it leaves the image queued", "[proxy][prefetch]") {
  PrefetchFixture f;
  f.edge.upstream.add(kImage, pattern(0, 5000));
  std::atomic<bool> asked = false;
  f.edge.upstream.intercept([&](const net::ExchangePtr& exchange) {
    if (!exchange->request().path().ends_with("/file")) return false;
    exchange->onClosed([exchange](bool) {});  // kept, never answered
    asked = true;
    return true;
  });
  f.start();
  REQUIRE(f.edge.prefetch->add({kImage}, 0, "request"));
  REQUIRE(eventually([&] { return asked.load(); }));
  CHECK(f.prefetcher->state().running == image::ImageId{kImage});
  f.prefetcher->stop();
  CHECK(f.edge.prefetch->contains({kImage}));
  f.edge.upstream.intercept({});
}

TEST_CASE("Prefetcher: what it does is shown to who has the admin token", "[proxy][prefetch]") {
  PrefetchFixture f;
  f.start();
  REQUIRE(f.edge.prefetch->add({kImage}, 7, "request"));
  REQUIRE(f.queueIs([](const auto& items) {
    return items.size() == 1 && items[0].state == PrefetchItem::State::kFailed;
  }));
  CHECK(f.edge.get("/glint/v1/prefetch").status == 403);
  const auto shown = f.edge.get("/glint/v1/prefetch", "", "X-Glint-Admin-Token: admin-secret\r\n");
  CHECK(shown.status == 200);
  CHECK(shown.body.find(R"("enabled":true)") != std::string::npos);
  CHECK(shown.body.find(R"("state":"failed")") != std::string::npos);
  CHECK(shown.body.find(R"("priority":7)") != std::string::npos);
}

}  // namespace
}  // namespace glint::proxy
