#include "origin/api/fleet.h"

#include "origin/api/event_feed.h"
#include "origin/api/test_support.h"
#include "origin/catalog/database.h"
#include "origin/catalog/sql_edge_catalog.h"

namespace glint::origin {
namespace {

using nlohmann::json;

// The API, and beside it the routes of the fleet, over one database.
struct FleetFixture : ApiFixture {
  std::unique_ptr<EdgeCatalog> edges = sqlEdgeCatalog(
      Database::open({.connection = "sqlite:///" + dir.file("catalog.sqlite"), .durable = false})
          .value());
  std::unique_ptr<EventFeed> feed = EventFeed::create(*catalog);
  ApiServices fleet_services = services;
  std::unique_ptr<net::WorkerPool> fleet_pool =
      net::WorkerPool::create({.threads = 1, .queue_limit = 64});
  std::shared_ptr<net::WorkerHandler> fleet_handler =
      net::WorkerHandler::create(routes(), apiErrorResponder(fleet_services), *fleet_pool, {});
  net::testing::ServerFixture fleet{
      [this](net::ExchangePtr exchange) { fleet_handler->handle(std::move(exchange)); }};
  net::testing::RawClient client{fleet.port()};

  ~FleetFixture() {
    feed->close();
    fleet_pool.reset();
  }
  FleetFixture() = default;
  FleetFixture(const FleetFixture&) = delete;
  FleetFixture& operator=(const FleetFixture&) = delete;

  std::vector<net::WorkerRoute> routes() {
    fleet_services.edges = edges.get();
    auto all = extensionRoutes(fleet_services, *feed);
    for (auto& route : apiRoutes(fleet_services, {})) all.push_back(std::move(route));
    return all;
  }
  ApiAnswer ask(const std::string& line, const std::string& token, const std::string& body = "") {
    std::string request = line + " HTTP/1.1\r\nHost: x\r\nX-Auth-Token: " + token + "\r\n";
    if (!body.empty()) request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    REQUIRE(client.send(request + "\r\n" + body));
    return {client.receive()};
  }
  std::string newImage() {
    const std::string path = made(R"({"name": "x"})");
    return path.substr(path.rfind('/') + 1);
  }
  static std::string report(const std::string& image) {
    return image::edgeReportJson(
        {.url = "http://edge:9393",
         .version = "1.0",
         .capacity_bytes = 100,
         .used_bytes = 5,
         .offline_grace = std::chrono::hours(1),
         .images = {{.image = {image},
                     .size = 5,
                     .bootable_until = image::Time(std::chrono::seconds(60))}}});
  }
};

}  // namespace

TEST_CASE_METHOD(FleetFixture, "Fleet: what an edge reports is told", "[api][fleet]") {
  const std::string id = newImage();
  CHECK(ask("PUT /glint/v1/edges/north", kAdmin, report(id)).status == 204);
  const json list = ask("GET /glint/v1/edges", kAdmin).json();
  REQUIRE(list["edges"].size() == 1);
  CHECK(list["edges"][0]["name"] == "north");
  CHECK(list["edges"][0]["capacity_bytes"] == 100);
  CHECK(list["edges"][0]["image_count"] == 1);
  const json north = ask("GET /glint/v1/edges/north", kAdmin).json();
  CHECK(north["images"] ==
        json{{{"id", id}, {"size", 5}, {"bootable_until", "1970-01-01T00:01:00Z"}}});
  const json holders = ask("GET /glint/v1/images/" + id + "/edges", kAdmin).json();
  REQUIRE(holders["edges"].size() == 1);
  CHECK(holders["edges"][0]["edge"] == "north");
  CHECK(holders["edges"][0]["bootable_until"] == "1970-01-01T00:01:00Z");
  CHECK(ask("GET /v2/cache/nodes/" + id, kAdmin).json() == json{"http://edge:9393"});
  CHECK(ask("DELETE /glint/v1/edges/north", kAdmin).status == 204);
  CHECK(ask("GET /glint/v1/edges/north", kAdmin).status == 404);
  CHECK(ask("GET /v2/cache/nodes/" + id, kAdmin).json() == json::array());
}

TEST_CASE_METHOD(FleetFixture, "Fleet: members neither report nor read", "[api][fleet]") {
  const std::string id = newImage();
  CHECK(ask("PUT /glint/v1/edges/north", kMemberA, report(id)).status == 403);
  for (const std::string& path :
       {std::string("/glint/v1/edges"), std::string("/glint/v1/edges/north"),
        "/glint/v1/images/" + id + "/edges", "/v2/cache/nodes/" + id})
    CHECK(ask("GET " + path, kMemberA).status == 403);
  CHECK(ask("DELETE /glint/v1/edges/north", kMemberA).status == 403);
  CHECK(ask("GET /glint/v1/edges", "not-a-token-of-ours0").status == 401);
}

TEST_CASE_METHOD(FleetFixture, "Fleet: what is wrong is refused", "[api][fleet]") {
  CHECK(ask("PUT /glint/v1/edges/-north", kAdmin, report("i")).status == 400);
  CHECK(ask("PUT /glint/v1/edges/north", kAdmin, "{}").status == 400);
  CHECK(ask("PUT /glint/v1/edges/north", kAdmin, "[").status == 400);
  CHECK(ask("GET /v2/cache/nodes/00000000-0000-4000-8000-000000000000", kAdmin).status == 404);
  CHECK(ask("DELETE /glint/v1/edges/north", kAdmin).status == 404);
}

}  // namespace glint::origin
