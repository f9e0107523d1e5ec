#include "origin/catalog/sql_edge_catalog.h"

#include "origin/catalog/database.h"
#include "origin/test_support.h"

namespace glint::origin {
namespace {

using image::EdgeReport;
using image::HeldImage;
using image::Time;
using std::chrono::seconds;

struct EdgesFixture {
  TempDir dir;
  RequestContext context = testContext();
  std::unique_ptr<EdgeCatalog> catalog = sqlEdgeCatalog(
      Database::open({.connection = "sqlite:///" + dir.file("a.sqlite"), .durable = false})
          .value());

  static EdgeReport report(std::vector<HeldImage> images) {
    return {.url = "http://edge:9393",
            .version = "1.0",
            .capacity_bytes = 1ull << 40,
            .used_bytes = 7,
            .offline_grace = std::chrono::hours(1),
            .images = std::move(images)};
  }
  static HeldImage held(const char* id, std::optional<Time> until = std::nullopt) {
    return {.image = {id}, .size = 5, .bootable_until = until};
  }
  void put(const char* edge, std::vector<HeldImage> images, seconds at = seconds(100)) {
    REQUIRE(catalog->report(context, edge, report(std::move(images)), Time(at)));
  }
};

}  // namespace

TEST_CASE_METHOD(EdgesFixture, "Edges: the last report counts", "[catalog]") {
  put("north", {held("a"), held("b", Time(seconds(50)))});
  put("north", {held("b", Time(seconds(60))), held("c")}, seconds(200));
  const auto edge = catalog->edge(context, "north");
  REQUIRE(edge);
  CHECK(edge->report == report({held("b", Time(seconds(60))), held("c")}));
  CHECK(edge->reported_at == Time(seconds(200)));
  CHECK(edge->image_count == 2);
  CHECK(catalog->holders(context, {"a"})->empty());
}

TEST_CASE_METHOD(EdgesFixture, "Edges: an image told twice counts once", "[catalog]") {
  put("north", {held("a"), held("a")});
  CHECK(catalog->edge(context, "north")->report.images == std::vector{held("a")});
}

TEST_CASE_METHOD(EdgesFixture, "Edges: who holds an image", "[catalog]") {
  put("south", {held("a", Time(seconds(9)))});
  put("north", {held("a"), held("b")});
  const auto holders = catalog->holders(context, {"a"});
  REQUIRE(holders);
  REQUIRE(holders->size() == 2);
  CHECK(holders->at(0).edge == "north");
  CHECK(holders->at(0).url == "http://edge:9393");
  CHECK(holders->at(1).edge == "south");
  CHECK(holders->at(1).held == held("a", Time(seconds(9))));
  CHECK(catalog->holders(context, {"%"})->empty());
}

TEST_CASE_METHOD(EdgesFixture, "Edges: one that is forgotten is gone with its images",
                 "[catalog]") {
  put("north", {held("a")});
  put("south", {held("a")});
  REQUIRE(catalog->forget(context, "north"));
  CHECK(catalog->forget(context, "north").error().code == ErrorCode::kNotFound);
  CHECK(catalog->edge(context, "north").error().code == ErrorCode::kNotFound);
  CHECK(catalog->edges(context)->size() == 1);
  CHECK(catalog->holders(context, {"a"})->size() == 1);
}

}  // namespace glint::origin
