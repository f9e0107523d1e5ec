#include "origin/catalog/sql_catalog.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "origin/catalog/connection_pool.h"
#include "origin/catalog/sql_connection.h"
#include "origin/catalog/testing/test_database.h"
#include "origin/test_support.h"

namespace glint::origin {
namespace {

using image::Image;
using image::ImageStatus;

struct CatalogFixture {
  TestDatabase database;
  RequestContext context = testContext();
  std::unique_ptr<Catalog> catalog = open();

  std::unique_ptr<Catalog> open() const {
    auto opened = openSqlCatalog(database.options());
    REQUIRE(opened);
    return std::move(*opened);
  }
  Image created() {
    Image image = testImage();
    REQUIRE(catalog->create(context, image));
    return image;
  }
};

Image fullImage() {
  Image image = testImage();
  image.name = "Debian 12 \xe2\x80\x93 'quoted'";
  image.visibility = image::Visibility::kCommunity;
  image.is_protected = true;
  image.os_hidden = true;
  image.checksum = std::string(32, 'a');
  image.os_hash_algo = "sha512";
  image.os_hash_value = std::string(128, 'b');
  image.size = 1ull << 40;
  image.virtual_size = (1ull << 40) + 1;
  image.min_disk = 2147483647;
  image.min_ram = 17;
  image.tags = {"", "one", "two"};
  image.properties = {{"os_distro", "debian"}, {"hw_disk_bus", ""}, {"", "empty name"}};
  image.locations = {{"file:///a/b", {}}, {"rbd://x/y", {{"store", "ceph"}, {"zone", "1"}}}};
  return image;
}

bool sameRecord(const Image& a, const Image& b) {
  return a.id == b.id && a.name == b.name && a.status == b.status && a.visibility == b.visibility &&
         a.is_protected == b.is_protected && a.os_hidden == b.os_hidden && a.owner == b.owner &&
         a.checksum == b.checksum && a.os_hash_algo == b.os_hash_algo &&
         a.os_hash_value == b.os_hash_value && a.size == b.size &&
         a.virtual_size == b.virtual_size && a.container_format == b.container_format &&
         a.disk_format == b.disk_format && a.min_disk == b.min_disk && a.min_ram == b.min_ram &&
         a.created_at == b.created_at && a.updated_at == b.updated_at && a.tags == b.tags &&
         a.properties == b.properties && a.locations == b.locations;
}

Catalog::Change noChange() {
  return [](Image&) -> Status { return {}; };
}

TEST_CASE("SqlCatalog: members come and go, one at a time", "[catalog][members]") {
  CatalogFixture fixture;
  auto& catalog = *fixture.catalog;
  const auto& context = fixture.context;
  const auto id = fixture.created().id;
  CHECK(catalog.addMember(context, {"none"}, "p", -1).error().code == ErrorCode::kNotFound);
  REQUIRE(catalog.addMember(context, id, "p", 2));
  CHECK(catalog.addMember(context, id, "p", 2).error().code == ErrorCode::kConflict);
  REQUIRE(catalog.addMember(context, id, "it's % _", 2));
  CHECK(catalog.addMember(context, id, "q", 2).error().code == ErrorCode::kTooLarge);
  REQUIRE(catalog.setMemberStatus(context, id, "it's % _", image::MemberStatus::kAccepted));
  const auto members = catalog.members(context, id);
  REQUIRE(members);
  REQUIRE(members->size() == 2);
  CHECK((*catalog.member(context, id, "it's % _"))->status == image::MemberStatus::kAccepted);
  CHECK((*catalog.member(context, id, "p"))->status == image::MemberStatus::kPending);
  CHECK_FALSE(*catalog.member(context, id, "P"));
  CHECK(catalog.removeMember(context, id, "p"));
  CHECK(catalog.removeMember(context, id, "p").error().code == ErrorCode::kNotFound);
  CHECK(catalog.setMemberStatus(context, id, "p", image::MemberStatus::kRejected).error().code ==
        ErrorCode::kNotFound);
}

TEST_CASE("SqlCatalog: a quota of members holds in a race", "[catalog][members][threads]") {
  CatalogFixture fixture;
  const auto id = fixture.created().id;
  std::atomic<int> added = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&, i] {
      if (fixture.catalog->addMember(testContext(), id, "p" + std::to_string(i % 6), 3)) ++added;
    });
  for (auto& thread : threads) thread.join();
  CHECK(added == 3);
  CHECK(fixture.catalog->members(fixture.context, id)->size() == 3);
}

}  // namespace

TEST_CASE("Catalog: a record comes back as it was created", "[catalog]") {
  CatalogFixture f;
  const Image image = GENERATE(testImage(), fullImage());
  REQUIRE(f.catalog->create(f.context, image));
  CHECK(sameRecord(f.catalog->get(f.context, image.id).value(), image));
  CHECK(sameRecord(f.open()->get(f.context, image.id).value(), image));
}

TEST_CASE("Catalog: an unknown id is not found", "[catalog]") {
  CatalogFixture f;
  const image::ImageId id{makeUuid()};
  CHECK(f.catalog->get(f.context, id).error().code == ErrorCode::kNotFound);
  CHECK(f.catalog->update(f.context, id, noChange()).error().code == ErrorCode::kNotFound);
}

TEST_CASE("Catalog: ids compare with case", "[catalog]") {
  CatalogFixture f;
  Image image = testImage();
  image.id.value = "aaaaaaaa-0000-4000-8000-00000000000a";
  REQUIRE(f.catalog->create(f.context, image));
  CHECK_FALSE(f.catalog->get(f.context, {"AAAAAAAA-0000-4000-8000-00000000000A"}));
}

TEST_CASE("Catalog: an update changes what it changes and bumps updated_at", "[catalog]") {
  CatalogFixture f;
  const Image before = fullImage();
  REQUIRE(f.catalog->create(f.context, before));
  const auto saved = f.catalog->update(f.context, before.id, [](Image& image) -> Status {
    image.name = std::nullopt;
    image.tags = {"two", "three"};
    image.properties.erase("os_distro");
    image.properties["hw_disk_bus"] = "virtio";
    image.locations.erase(image.locations.begin());
    return {};
  });
  REQUIRE(saved);
  Image expected = before;
  expected.name = std::nullopt;
  expected.tags = {"two", "three"};
  expected.properties = {{"hw_disk_bus", "virtio"}, {"", "empty name"}};
  expected.locations = {before.locations[1]};
  expected.updated_at = saved->updated_at;
  CHECK(saved->updated_at > before.updated_at);
  CHECK(sameRecord(*saved, expected));
  CHECK(sameRecord(f.catalog->get(f.context, before.id).value(), expected));
}

TEST_CASE("Catalog: a refused change leaves the record and passes its error", "[catalog]") {
  CatalogFixture f;
  const Image image = f.created();
  const auto refused = f.catalog->update(f.context, image.id, [](Image& copy) -> Status {
    copy.name = "half done";
    return fail(ErrorCode::kForbidden, "no");
  });
  CHECK(refused.error().code == ErrorCode::kForbidden);
  CHECK(sameRecord(f.catalog->get(f.context, image.id).value(), image));
}

TEST_CASE("Catalog: a deleted image is gone and its id is burnt", "[catalog]") {
  CatalogFixture f;
  const Image image = f.created();
  SECTION("the check decides") {
    const auto check = [](const Image&) -> Status { return fail(ErrorCode::kForbidden, "no"); };
    CHECK(f.catalog->remove(f.context, image.id, check).error().code == ErrorCode::kForbidden);
    CHECK(f.catalog->get(f.context, image.id));
  }
  SECTION("deleted") {
    const auto agree = [](const Image&) -> Status { return {}; };
    CHECK(sameRecord(f.catalog->remove(f.context, image.id, agree).value(), image));
    CHECK(f.catalog->get(f.context, image.id).error().code == ErrorCode::kNotFound);
    CHECK(f.catalog->remove(f.context, image.id, agree).error().code == ErrorCode::kNotFound);
    CHECK(f.catalog->list(f.context, {.admin = true}).value().empty());
    CHECK(f.catalog->create(f.context, image).error().code == ErrorCode::kConflict);
    CHECK(f.open()->create(f.context, image).error().code == ErrorCode::kConflict);
  }
}

TEST_CASE("Catalog: an id is created once", "[catalog]") {
  CatalogFixture f;
  const Image image = f.created();
  CHECK(f.catalog->create(f.context, image).error().code == ErrorCode::kConflict);
}

TEST_CASE("Catalog: of many uploads into one image one begins", "[catalog][threads]") {
  CatalogFixture f;
  auto second = f.open();  // another process, as far as the database knows
  const Image image = f.created();
  std::atomic<int> begun = 0;
  std::atomic<int> refused = 0;
  {
    std::vector<std::jthread> uploads;
    for (int i = 0; i < 8; ++i) {
      uploads.emplace_back([&, i] {
        Catalog& catalog = i % 2 == 0 ? *f.catalog : *second;
        const auto result =
            catalog.beginUpload(f.context, image.id, {"instance", "upload-" + std::to_string(i)});
        if (result)
          ++begun;
        else if (result.error().code == ErrorCode::kConflict)
          ++refused;
      });
    }
  }
  CHECK(begun == 1);
  CHECK(refused == 7);
  CHECK(f.catalog->get(f.context, image.id)->status == ImageStatus::kSaving);
}

TEST_CASE("Catalog: concurrent updates of different fields are all kept", "[catalog][threads]") {
  CatalogFixture f;
  auto second = f.open();
  const Image image = f.created();
  constexpr int kThreads = 6;
  constexpr int kRounds = 10;
  std::atomic<int> failed = 0;
  {
    std::vector<std::jthread> writers;
    for (int i = 0; i < kThreads; ++i) {
      writers.emplace_back([&, i] {
        Catalog& catalog = i % 2 == 0 ? *f.catalog : *second;
        for (int round = 0; round < kRounds; ++round) {
          const std::string name = std::to_string(i) + "." + std::to_string(round);
          if (!catalog.update(f.context, image.id, [&](Image& copy) -> Status {
                copy.properties[name] = "kept";
                ++copy.min_ram;
                return {};
              }))
            ++failed;
        }
      });
    }
  }
  CHECK(failed == 0);
  const Image after = f.catalog->get(f.context, image.id).value();
  CHECK(after.properties.size() == kThreads * kRounds);
  CHECK(after.min_ram == kThreads * kRounds);
}

TEST_CASE("Catalog: an upload ends once, by who holds the claim", "[catalog]") {
  CatalogFixture f;
  const Image image = f.created();
  const UploadClaim mine{"here", "one"};
  REQUIRE(f.catalog->beginUpload(f.context, image.id, mine));
  REQUIRE(f.catalog->update(f.context, image.id, [](Image& copy) -> Status {
    copy.properties["patched"] = "meanwhile";
    return {};
  }));
  const auto activate = [](Image& copy) -> Status {
    copy.status = ImageStatus::kActive;
    copy.size = 5;
    return {};
  };
  CHECK(f.catalog->endUpload(f.context, image.id, {"here", "two"}, activate).error().code ==
        ErrorCode::kConflict);
  const auto ended = f.catalog->endUpload(f.context, image.id, mine, activate);
  REQUIRE(ended);
  CHECK(ended->status == ImageStatus::kActive);
  CHECK(ended->properties.at("patched") == "meanwhile");
  CHECK(f.catalog->endUpload(f.context, image.id, mine, activate).error().code ==
        ErrorCode::kConflict);
}

TEST_CASE("Catalog: an instance finds the uploads it left open", "[catalog]") {
  CatalogFixture f;
  const Image mine = f.created();
  const Image theirs = f.created();
  const Image gone = f.created();
  f.created();
  REQUIRE(f.catalog->beginUpload(f.context, mine.id, {"here", "one"}));
  REQUIRE(f.catalog->beginUpload(f.context, theirs.id, {"there", "two"}));
  REQUIRE(f.catalog->beginUpload(f.context, gone.id, {"here", "three"}));
  REQUIRE(f.catalog->remove(f.context, gone.id, [](const Image&) -> Status { return {}; }));
  auto open = f.open()->openUploads(f.context, "here").value();
  std::ranges::sort(open, {}, [](const auto& upload) { return upload.claim.upload; });
  REQUIRE(open.size() == 2);
  CHECK(open[0].id == mine.id);
  CHECK(open[0].claim == UploadClaim{"here", "one"});
  CHECK(open[1].id == gone.id);

  REQUIRE(f.catalog->forgetUpload(f.context, gone.id, open[1].claim));
  REQUIRE(f.catalog->forgetUpload(f.context, mine.id, open[0].claim));  // is not deleted: stays
  open = f.catalog->openUploads(f.context, "here").value();
  REQUIRE(open.size() == 1);
  CHECK(open[0].id == mine.id);
}

TEST_CASE("Catalog: storage used counts every location of a project's images", "[catalog]") {
  CatalogFixture f;
  Image image = testImage("p");
  image.size = 10;
  image.locations = {{"file:///1", {}}, {"file:///2", {}}};
  REQUIRE(f.catalog->create(f.context, image));
  Image queued = testImage("p");
  queued.size = 100;
  REQUIRE(f.catalog->create(f.context, queued));
  CHECK(f.catalog->storageUsed(f.context, "p").value() == 20);
  CHECK(f.catalog->storageUsed(f.context, "q").value() == 0);
}

TEST_CASE("Catalog: an unknown connection URL is named", "[catalog]") {
  const auto opened = openSqlCatalog({.connection = "oracle://u:p@h/db"});
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == ErrorCode::kInvalidArgument);
}

TEST_CASE("ConnectionPool: who waits too long is told so", "[catalog]") {
  TestDatabase database;
  ConnectionPool pool(
      {.kept = 2, .most = 2, .single_writer = true},
      [&database]() -> Result<std::unique_ptr<Connection>> { return database.connection(); });
  RequestContext hurried = testContext();
  hurried.deadline = std::chrono::steady_clock::now();
  auto writer = pool.write(hurried);
  REQUIRE(writer);
  CHECK(pool.write(hurried).error().code == ErrorCode::kTimeout);
  auto reader = pool.read(hurried);
  REQUIRE(reader);
  CHECK(pool.read(hurried).error().code == ErrorCode::kTimeout);
}

}  // namespace glint::origin
