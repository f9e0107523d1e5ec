#include "origin/stores/store_set.h"

#include "origin/stores/file_store.h"
#include "origin/test_support.h"

namespace glint::origin {
namespace {

using image::Location;

struct Stores {
  TempDir dir;
  std::unique_ptr<Store> fast = open("fast");
  std::unique_ptr<Store> slow = open("slow");
  StoreSet set{{{fast.get(), "", 0}, {slow.get(), "", 5}}, "fast"};

  std::unique_ptr<Store> open(const std::string& id) const {
    return openFileStore({.id = id, .directory = dir.file(id)}).value();
  }
  Location at(const std::string& directory,
              std::map<std::string, std::string> metadata = {}) const {
    return {"file://" + dir.file(directory) + "/image", std::move(metadata)};
  }
};

}  // namespace

TEST_CASE("StoreSet: stores are found by their ids", "[store]") {
  const Stores stores;
  CHECK(stores.set.several());
  CHECK(&stores.set.defaultStore() == stores.fast.get());
  CHECK(stores.set.find("slow") == stores.slow.get());
  CHECK(stores.set.find("other") == nullptr);
  CHECK(stores.set.find("") == nullptr);

  const auto only = openFileStore({.id = "", .directory = stores.dir.file("only")}).value();
  const StoreSet alone(*only);
  CHECK_FALSE(alone.several());
  CHECK(alone.find("") == nullptr);
}

TEST_CASE("StoreSet: a location belongs to the store that its URL lies in", "[store]") {
  const Stores stores;
  CHECK(stores.set.of(stores.at("slow", {{"store", "slow"}})) == stores.slow.get());
  CHECK(stores.set.of(stores.at("slow")) == stores.slow.get());
  CHECK(stores.set.of(stores.at("slow", {{"store", "gone"}})) == stores.slow.get());
  // What metadata claims leads nowhere else.
  CHECK(stores.set.of(stores.at("slow", {{"store", "fast"}})) == stores.slow.get());
  CHECK(stores.set.of(stores.at("elsewhere", {{"store", "fast"}})) == nullptr);
  CHECK(stores.set.of({"file:///etc/passwd", {{"store", "fast"}}}) == nullptr);
  CHECK(stores.set.of({"file://" + stores.dir.file("fast") + "/../slow/image", {}}) == nullptr);
}

TEST_CASE("StoreSet: locations are arranged by weight and say their store", "[store]") {
  const Stores stores;
  std::vector<Location> locations = {
      stores.at("fast"), {"https://example.org/image", {}}, stores.at("slow", {{"store", "old"}})};
  stores.set.arrange(locations);
  CHECK(locations == std::vector<Location>{stores.at("slow", {{"store", "slow"}}),
                                           stores.at("fast", {{"store", "fast"}}),
                                           {"https://example.org/image", {}}});
}

}  // namespace glint::origin
