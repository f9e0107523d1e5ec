// What a deployment tells of itself (spec: images-api §19).
#include "origin/api/info.h"

#include "origin/api/test_support.h"

namespace glint::origin {

using nlohmann::json;

TEST_CASE("Info: the import methods there are, and no usage", "[api]") {
  ApiFixture api({.enabled_import_methods = {"glance-direct", "web-download"}});
  const auto methods = api.call({.target = "/v2/info/import", .token = kNoRole});
  CHECK(methods.status == 200);
  CHECK(methods.json()["import-methods"]["type"] == "array");
  CHECK(methods.json()["import-methods"]["value"] == json({"glance-direct", "web-download"}));
  CHECK(api.call({.target = "/v2/info/usage"}).json() == json({{"usage", json::object()}}));
  CHECK(api.create("{}").header("OpenStack-image-import-methods") == "glance-direct,web-download");

  ApiFixture none;
  CHECK(none.call({.target = "/v2/info/import"}).json()["import-methods"]["value"] ==
        json::array());
  CHECK_FALSE(none.create("{}").header("OpenStack-image-import-methods"));
}

TEST_CASE("Info: usage knows no other method, and hides that", "[api]") {
  ApiFixture api;
  CHECK(api.status({.method = "PUT", .target = "/v2/info/usage"}) == 404);
  const auto other = api.call({.method = "PUT", .target = "/v2/info/stores"});
  CHECK(other.status == 405);
  CHECK(other.header("Allow") == "GET");
}

TEST_CASE("Info: a single store is not told", "[api]") {
  ApiFixture api;
  const auto token = GENERATE(as<std::string>(), kAdmin, kReaderA);
  CHECK(api.status({.target = "/v2/info/stores", .token = token}) == 404);
  CHECK(api.status({.target = "/v2/info/stores/detail", .token = token}) == 404);
  CHECK_FALSE(api.create("{}").header("OpenStack-image-store-ids"));
}

TEST_CASE("Info: several stores, with details for those who run them", "[api]") {
  ApiFixture api({}, {}, {"fast", "slow"});
  const auto stores = api.call({.target = "/v2/info/stores", .token = kNoRole});
  REQUIRE(stores.status == 200);
  CHECK(stores.json() ==
        json({{"stores",
               {{{"id", "fast"}, {"description", "The first."}, {"default", "true"}},
                {{"id", "slow"}}}}}));
  CHECK(api.status({.target = "/v2/info/stores/detail", .token = kMemberA}) == 403);
  const auto details = api.call({.target = "/v2/info/stores/detail", .token = kAdmin});
  REQUIRE(details.status == 200);
  CHECK(details.json()["stores"][0]["properties"] == json({{"data_dir", api.dir.file("storefast")},
                                                           {"chunk_size", 65536},
                                                           {"thin_provisioning", false}}));
  CHECK(details.json()["stores"][1]["type"] == "file");
  CHECK(details.json()["stores"][1]["weight"] == 1);
  CHECK(api.create("{}").header("OpenStack-image-store-ids") == "fast,slow");
}

}  // namespace glint::origin
