#include "proxy/cache_api.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "net/testing/client_fixture.h"
#include "proxy/prefetcher.h"
#include "proxy/testing/edge_fixture.h"

namespace glint::proxy {
namespace {

using net::testing::eventually;
using net::testing::pattern;
using net::testing::textResponse;
using nlohmann::json;

const std::string kImage = "11111111-1111-1111-1111-111111111111";
const std::string kOther = "22222222-2222-2222-2222-222222222222";
const char* const kAdmin = "X-Glint-Admin-Token: admin-secret\r\n";

// A prefetcher that fetches nothing: the queue stays as it is.
class IdlePrefetcher final : public Prefetcher {
 public:
  void stop() override {}
  void consider(const ImageChange&) override {}
  PrefetchState state() const override { return {}; }
};

// The upstream's policy: the token "admin" manages caches. It has none itself.
struct CacheFixture {
  testing::EdgeFixture edge;
  IdlePrefetcher idle;
  std::atomic<bool> knows_route = true;

  CacheFixture() {
    edge.upstream.add(kImage, pattern(0, 5000));
    edge.edge().prefetcher = &idle;
    edge.upstream.intercept([this](const net::ExchangePtr& exchange) {
      if (exchange->request().path() != "/v2/cache") return false;
      const auto token = exchange->request().headers.get("x-auth-token").value_or("");
      if (!knows_route) {
        exchange->respond(textResponse(404, "no such resource"));
      } else if (token == "nobody") {
        exchange->respond(textResponse(401, "who are you?"));
      } else if (token != "admin") {
        exchange->respond(textResponse(403, "not you"));
      } else {
        exchange->respond(textResponse(404, "Caching via API is not supported at this site."));
      }
      return true;
    });
  }
  ~CacheFixture() { edge.upstream.intercept({}); }

  int status(const std::string& method, const std::string& path, const std::string& token = "admin",
             const std::string& headers = "") {
    return edge.call(method, "/v2/cache" + path, token, headers).status;
  }
  json list() { return json::parse(edge.call("GET", "/v2/cache", "admin").body); }
  void store() {
    REQUIRE(edge.download(kImage).status == 200);
    REQUIRE(eventually([&] { return edge.store->aliasOf(kImage).has_value(); }));
    REQUIRE(eventually([&] { return !edge.store->list().empty(); }));
  }
};

TEST_CASE("Cache API: what is stored and queued is listed as the Images API does", "[proxy]") {
  CacheFixture f;
  CHECK(f.list() == json{{"cached_images", json::array()}, {"queued_images", json::array()}});
  f.store();
  f.edge.upstream.add(kOther, pattern(1, 5000));
  CHECK(f.status("PUT", "/" + kOther) == 202);
  CHECK(f.status("PUT", "/" + kOther) == 202);  // twice is once
  CHECK(f.status("PUT", "/" + kImage) == 202);  // stored already
  const json shown = f.list();
  REQUIRE(shown["cached_images"].size() == 1);
  const json& cached = shown["cached_images"][0];
  CHECK(cached["image_id"] == kImage);
  CHECK(cached["size"] == 5000);
  CHECK(cached["hits"].is_number_unsigned());
  CHECK(cached["last_accessed"].is_number_float());
  CHECK(cached["last_modified"].get<double>() > 1e9);
  CHECK(shown["queued_images"] == json{kOther});
}

TEST_CASE("Cache API: an image is forgotten, or everything, or a part", "[proxy]") {
  CacheFixture f;
  f.store();
  REQUIRE(f.edge.prefetch->add({kOther}, 0, "request"));
  const auto cached = [&] { return f.list()["cached_images"].size(); };
  const auto queued = [&] { return f.list()["queued_images"].size(); };
  SECTION("one that is stored") {
    CHECK(f.status("DELETE", "/" + kImage) == 204);
    CHECK(cached() == 0);
    CHECK(f.status("DELETE", "/" + kImage) == 204);  // not stored, but an image
  }
  SECTION("one that is queued") {
    f.edge.upstream.add(kOther, pattern(1, 10));
    CHECK(f.status("DELETE", "/" + kOther) == 204);
    CHECK(queued() == 0);
  }
  SECTION("one that nobody knows") { CHECK(f.status("DELETE", "/unknown") == 404); }
  SECTION("all") {
    CHECK(f.status("DELETE", "") == 204);
    CHECK(cached() + queued() == 0);
  }
  SECTION("the queue") {
    CHECK(f.status("DELETE", "", "admin", "x-image-cache-clear-target: Queue\r\n") == 204);
    CHECK(cached() == 1);
    CHECK(queued() == 0);
  }
  SECTION("the cache") {
    CHECK(f.status("DELETE", "", "admin", "x-image-cache-clear-target: cache\r\n") == 204);
    CHECK(cached() == 0);
    CHECK(queued() == 1);
  }
  SECTION("what is neither") {
    CHECK(f.status("DELETE", "", "admin", "x-image-cache-clear-target: disk\r\n") == 400);
  }
}

TEST_CASE("Cache API: only whom the upstream lets manage caches", "[proxy]") {
  CacheFixture f;
  struct Row {
    const char* method;
    const char* path;
  };
  const auto row = GENERATE(values<Row>({{"GET", ""},
                                         {"DELETE", ""},
                                         {"PUT", "/11111111-1111-1111-1111-111111111111"},
                                         {"DELETE", "/11111111-1111-1111-1111-111111111111"},
                                         {"POST", "/clean"},
                                         {"POST", "/prune"}}));
  CAPTURE(row.method, row.path);
  CHECK(f.status(row.method, row.path, "member") == 403);
  CHECK(f.status(row.method, row.path, "nobody") == 401);
  CHECK(f.status(row.method, row.path, "admin") < 300);
  // A service that does not know the route says 404 to everybody: no permission.
  f.knows_route = false;
  CHECK(f.status(row.method, row.path, "admin") == 403);
  CHECK(f.status(row.method, row.path, "", kAdmin) < 300);
  f.edge.health->setReachable(false, "test");
  CHECK(f.status(row.method, row.path, "admin") == 503);
  CHECK(f.status(row.method, row.path, "", kAdmin) < 300);
}

TEST_CASE("Cache API: what cannot be queued", "[proxy]") {
  CacheFixture f;
  CHECK(f.status("PUT", "/unknown") == 404);
  f.edge.upstream.intercept([](const net::ExchangePtr& exchange) {
    exchange->respond(exchange->request().path() == "/v2/cache"
                          ? textResponse(200, "{}")
                          : textResponse(200, R"({"id": "x", "status": "queued"})"));
    return true;
  });
  CHECK(f.status("PUT", "/" + kImage) == 400);
  f.edge.edge().prefetcher = nullptr;
  CHECK(f.status("PUT", "/" + kImage) == 503);
}

TEST_CASE("Cache API: other methods, and what is the upstream's", "[proxy]") {
  CacheFixture f;
  const auto clean = f.edge.call("DELETE", "/v2/cache/clean", "admin");
  CHECK(clean.status == 405);
  CHECK(clean.header("allow") == "POST");
  CHECK(f.edge.call("PUT", "/v2/cache", "admin").header("allow") == "GET, DELETE");
  const int before = f.edge.upstream.others;
  CHECK(f.status("GET", "/nodes/" + kImage) == 404);
  CHECK(f.edge.upstream.others == before + 1);
  CHECK(f.edge.call("GET", "/v2.14/cache", "admin").status == 200);
  const auto pruned = f.edge.call("POST", "/v2/cache/prune", "admin");
  CHECK(json::parse(pruned.body) == json{{"total_files_pruned", 0}, {"total_bytes_pruned", 0}});
}

}  // namespace
}  // namespace glint::proxy
