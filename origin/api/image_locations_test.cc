// Where bytes are: shown, listed, taken out of a store (spec: images-api §4.3, §17.3, §18).
#include "origin/api/image_locations.h"

#include <filesystem>

#include "origin/api/test_support.h"

namespace glint::origin {

namespace {

using image::Image;
using image::ImageStatus;
using nlohmann::json;

// A real object of that store.
image::Location putInto(ApiFixture& api, const std::string& store_id, const std::string& path) {
  const image::ImageId id{path.substr(path.rfind('/') + 1)};
  auto writer = api.stores.find(store_id)->put(testContext(), id, std::nullopt).value();
  REQUIRE(writer->write(Slice::of("bytes")));
  return writer->commit().value();
}

// An active image with bytes in these stores.
std::string storedIn(ApiFixture& api, const std::vector<std::string>& store_ids,
                     const std::string& body = "{}") {
  const auto path = api.made(body);
  std::vector<image::Location> locations;
  for (const auto& id : store_ids) locations.push_back(putInto(api, id, path));
  api.change(path, [&](Image& image) -> Status {
    image.status = ImageStatus::kActive;
    image.locations = locations;
    return {};
  });
  return path;
}

std::string inStore(const std::string& store, const std::string& path) {
  return "/v2/stores/" + store + path.substr(path.rfind('/'));
}

bool hasBytes(const ApiFixture& api, const std::string& store, const std::string& path) {
  return std::filesystem::exists(api.dir.file("store" + store) + path.substr(path.rfind('/')));
}

}  // namespace

TEST_CASE("Locations: images tell of them what the deployment shows", "[api]") {
  ApiFixture all({.show_image_direct_url = true, .show_multiple_locations = true}, {},
                 {"fast", "slow"});
  const auto path = storedIn(all, {"fast", "slow"});
  const auto image = all.call({.target = path}).json();
  // By weight, not in the order in which they came.
  CHECK(image["stores"] == "slow,fast");
  CHECK(image["direct_url"] == image["locations"][0]["url"]);
  CHECK(image["locations"][0]["metadata"] == json({{"store", "slow"}}));
  CHECK(all.call({.target = "/v2/images"}).json()["images"][0] == image);

  ApiFixture little({}, {}, {"fast", "slow"});
  const auto shown = little.call({.target = storedIn(little, {"fast"})}).json();
  CHECK(shown["stores"] == "fast");
  CHECK_FALSE(shown.contains("direct_url"));
  CHECK_FALSE(shown.contains("locations"));

  ApiFixture empty({.show_image_direct_url = true, .show_multiple_locations = true}, {}, {"fast"});
  const auto queued = empty.call({.target = empty.made()}).json();
  CHECK(queued["locations"] == json::array());
  CHECK_FALSE(queued.contains("direct_url"));
  CHECK_FALSE(queued.contains("stores"));
}

TEST_CASE("Locations: of a deactivated image only admins see them", "[api]") {
  ApiFixture api({.show_image_direct_url = true, .show_multiple_locations = true}, {},
                 {"fast", "slow"});
  const auto path = storedIn(api, {"fast"});
  REQUIRE(api.status({.method = "POST", .target = path + "/actions/deactivate"}) == 204);
  const auto image = api.call({.target = path}).json();
  CHECK(image["locations"] == json::array());
  CHECK_FALSE(image.contains("direct_url"));
  CHECK_FALSE(image.contains("stores"));
  const auto of_admin = api.call({.target = path, .token = kAdmin}).json();
  CHECK(of_admin["locations"].size() == 1);
  CHECK(of_admin["stores"] == "fast");
}

TEST_CASE("Locations: the list is for services and admins, whatever is shown", "[api]") {
  ApiFixture api({}, {}, {"fast", "slow"});
  const auto path = storedIn(api, {"fast", "slow"});
  const auto list = api.call({.target = path + "/locations", .token = kAdmin});
  REQUIRE(list.status == 200);
  REQUIRE(list.json().size() == 2);
  CHECK(list.json()[1]["url"] ==
        "file://" + api.dir.file("storefast") + path.substr(path.rfind('/')));
  CHECK(list.json()[1]["metadata"] == json({{"store", "fast"}}));
  CHECK(api.call({.target = api.made() + "/locations", .token = kAdmin}).json() == json::array());
  CHECK(api.status({.target = path + "/locations", .token = kMemberA}) == 403);
  CHECK(api.status({.target = path + "/locations", .token = kMemberB}) == 404);
  CHECK(api.status({.target = "/v2/images/none/locations", .token = kAdmin}) == 404);
}

TEST_CASE("Locations: a copy is deleted from one store of several", "[api]") {
  ApiFixture api({}, {}, {"fast", "slow"});
  const auto path = storedIn(api, {"fast", "slow"});
  const auto remove = [&](const std::string& store, const char* token = kAdmin) {
    return api.status({.method = "DELETE", .target = inStore(store, path), .token = token});
  };
  CHECK(remove("fast", kMemberA) == 403);
  CHECK(remove("fast", kMemberB) == 404);
  CHECK(remove("other") == 409);
  CHECK(api.status({.method = "DELETE", .target = "/v2/stores/fast/none", .token = kAdmin}) == 404);
  CHECK(
      api.status(
          {.method = "DELETE", .target = inStore("fast", path), .token = kAdmin, .body = "body"}) ==
      400);

  CHECK(remove("fast") == 204);
  CHECK_FALSE(hasBytes(api, "fast", path));
  CHECK(hasBytes(api, "slow", path));
  CHECK(api.call({.target = path}).json()["stores"] == "slow");
  CHECK(remove("slow") == 403);  // the last one
  CHECK(remove("fast") == 403);
  CHECK(hasBytes(api, "slow", path));
}

TEST_CASE("Locations: deleting from a store needs an active image that is there", "[api]") {
  ApiFixture api({}, {}, {"a", "b", "c"});
  const auto path = storedIn(api, {"a", "b"});
  const auto remove = [&](const std::string& store) {
    return api.status({.method = "DELETE", .target = inStore(store, path), .token = kAdmin});
  };
  CHECK(remove("c") == 404);
  REQUIRE(api.status({.method = "POST", .target = path + "/actions/deactivate"}) == 204);
  CHECK(remove("a") == 409);
  CHECK(api.status({.method = "DELETE", .target = inStore("a", api.made()), .token = kAdmin}) ==
        409);
}

TEST_CASE("Locations: what cannot be removed from the store stays known", "[api]") {
  ApiFixture api({}, {}, {"fast", "slow"});
  const auto path = storedIn(api, {"fast", "slow"});
  REQUIRE(std::filesystem::remove(api.dir.file("storefast") + path.substr(path.rfind('/'))));
  CHECK(api.status({.method = "DELETE", .target = inStore("fast", path), .token = kAdmin}) == 500);
  CHECK(api.call({.target = path}).json()["stores"] == "slow,fast");
}

TEST_CASE("Locations: a single store has no route for that", "[api]") {
  ApiFixture api;
  CHECK(api.status({.method = "DELETE", .target = inStore("x", api.made()), .token = kAdmin}) ==
        404);
}

}  // namespace glint::origin
