#include "origin/catalog/maintenance.h"

#include "origin/catalog/sql_catalog.h"
#include "origin/catalog/testing/test_database.h"
#include "origin/test_support.h"

namespace glint::origin {
namespace {

using image::Image;

struct PurgeFixture {
  TestDatabase of_test;
  RequestContext context = testContext();
  std::shared_ptr<Database> database = Database::open(of_test.options()).value();
  std::unique_ptr<Catalog> catalog = sqlCatalog(database);

  // With a tag, a property, a location that has metadata, and a member: five rows.
  Image created() {
    Image image = testImage();
    image.tags = {"t"};
    image.properties = {{"p", "v"}};
    image.locations = {{"file:///x", {{"store", "s"}}}};
    REQUIRE(catalog->create(context, image));
    REQUIRE(catalog->addMember(context, image.id, "m", -1));
    return image;
  }
  Image deleted() {
    Image image = created();
    remove(image);
    return image;
  }
  void remove(const Image& image) {
    REQUIRE(catalog->remove(context, image.id, [](const Image&) -> Status { return {}; }));
  }
  PurgeCounts purge(PurgeOptions options) {
    return purgeDeleted(*database, context, options).value();
  }
  static image::Time soon() {
    return std::chrono::time_point_cast<std::chrono::microseconds>(
        std::chrono::system_clock::now() + std::chrono::hours(1));
  }
};

}  // namespace

TEST_CASE("purge: parts of deleted images go, their ids stay burnt", "[catalog]") {
  PurgeFixture f;
  const Image kept = f.created();
  const Image gone = f.deleted();
  const PurgeCounts counts = f.purge({.deleted_before = PurgeFixture::soon()});
  CHECK(counts.images == 1);
  CHECK(counts.rows == 5);
  CHECK(f.purge({.deleted_before = PurgeFixture::soon()}).images == 0);
  CHECK(f.catalog->get(f.context, kept.id)->tags == kept.tags);
  CHECK(f.catalog->member(f.context, kept.id, "m")->has_value());
  CHECK(f.catalog->create(f.context, gone).error().code == ErrorCode::kConflict);

  CHECK(f.purge({.deleted_before = PurgeFixture::soon(), .ids = true}).rows == 1);
  CHECK(f.catalog->create(f.context, gone));
}

TEST_CASE("purge: only so old, only so many, not during an upload", "[catalog]") {
  PurgeFixture f;
  for (int i = 0; i < 3; ++i) f.deleted();
  const Image uploading = f.created();
  REQUIRE(f.catalog->beginUpload(f.context, uploading.id, {"here", "one"}));
  f.remove(uploading);
  CHECK(f.purge({.deleted_before = image::Time{}}).images == 0);
  CHECK(f.purge({.deleted_before = PurgeFixture::soon(), .most = 2}).images == 2);
  CHECK(f.purge({.deleted_before = PurgeFixture::soon(), .most = -1}).images == 1);
}

TEST_CASE("purge: more than one batch", "[catalog]") {
  PurgeFixture f;
  for (int i = 0; i < 103; ++i) f.deleted();
  CHECK(f.purge({.deleted_before = PurgeFixture::soon(), .most = -1, .ids = true}).images == 103);
}

TEST_CASE("backup: a server's is left to its own program, which is named", "[catalog]") {
  PurgeFixture f;
  const auto url = parseDatabaseUrl(GENERATE("postgresql://u:secret@h/d", "mysql://u:secret@h/d"));
  const auto done = backup(*f.database, url.value(), "/tmp/f");
  CHECK(done.error().code == ErrorCode::kInvalidArgument);
  CHECK(done.error().message.find("dump") != std::string::npos);
  CHECK(done.error().message.find("secret") == std::string::npos);
}

}  // namespace glint::origin
