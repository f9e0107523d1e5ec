// Against tables as Glance makes them, on the same kind of database as the target.
#include "origin/catalog/glance_import.h"

#include "origin/catalog/sql_catalog.h"
#include "origin/catalog/sql_connection.h"
#include "origin/catalog/testing/test_database.h"
#include "origin/test_support.h"

namespace glint::origin {
namespace {

using image::ImageStatus;
using std::chrono::microseconds;

constexpr const char* kCommon =
    "created_at $TIME NOT NULL, updated_at $TIME, deleted_at $TIME, deleted BOOLEAN NOT NULL";
constexpr const char* kTables[] = {
    "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)",
    "CREATE TABLE images (id VARCHAR(36) NOT NULL PRIMARY KEY, name VARCHAR(255), "
    "disk_format VARCHAR(20), container_format VARCHAR(20), size BIGINT, virtual_size BIGINT, "
    "status VARCHAR(30) NOT NULL, visibility VARCHAR(9) NOT NULL, checksum VARCHAR(32), "
    "os_hash_algo VARCHAR(64), os_hash_value VARCHAR(128), min_disk INTEGER NOT NULL, "
    "min_ram INTEGER NOT NULL, owner VARCHAR(255), protected BOOLEAN NOT NULL, "
    "os_hidden BOOLEAN NOT NULL, $COMMON)",
    "CREATE TABLE image_properties (id INTEGER NOT NULL PRIMARY KEY, image_id VARCHAR(36) NOT "
    "NULL, name VARCHAR(255) NOT NULL, value TEXT, $COMMON)",
    "CREATE TABLE image_tags (id INTEGER NOT NULL PRIMARY KEY, image_id VARCHAR(36) NOT NULL, "
    "value VARCHAR(255) NOT NULL, $COMMON)",
    "CREATE TABLE image_locations (id INTEGER NOT NULL PRIMARY KEY, image_id VARCHAR(36) NOT "
    "NULL, value TEXT NOT NULL, meta_data TEXT, status VARCHAR(30) NOT NULL, $COMMON)",
    "CREATE TABLE image_members (id INTEGER NOT NULL PRIMARY KEY, image_id VARCHAR(36) NOT NULL, "
    "member VARCHAR(255) NOT NULL, can_share BOOLEAN NOT NULL, status VARCHAR(20) NOT NULL, "
    "$COMMON)"};

// $NOW: created, updated, not deleted.
constexpr const char* kRows[] = {
    "INSERT INTO alembic_version VALUES ('2023_1_expand01')",
    "INSERT INTO images VALUES ('i-full', 'Debian', 'qcow2', 'bare', 5000000000, 6000000000, "
    "'active', 'shared', 'c0', 'sha512', 'h0', 1, 2, 'p', true, true, $NOW)",
    "INSERT INTO images VALUES ('i-empty', NULL, NULL, NULL, NULL, NULL, 'queued', 'private', "
    "NULL, NULL, NULL, 0, 0, NULL, false, false, $NOW)",
    "INSERT INTO images VALUES ('i-saving', 's', 'raw', 'bare', NULL, NULL, 'importing', "
    "'shared', NULL, NULL, NULL, 0, 0, 'p', false, false, $NOW)",
    "INSERT INTO images VALUES ('i-gone', 'g', 'raw', 'bare', 1, NULL, 'pending_delete', "
    "'shared', NULL, NULL, NULL, 0, 0, 'p', false, false, '2024-01-02 03:04:05', "
    "'2024-01-02 03:04:05', '2024-02-02 03:04:05', true)",
    "INSERT INTO image_properties VALUES (1, 'i-full', 'os_distro', 'debian', $NOW)",
    "INSERT INTO image_properties VALUES (2, 'i-full', 'empty', NULL, $NOW)",
    "INSERT INTO image_properties VALUES (3, 'i-full', 'removed', 'x', $GONE)",
    "INSERT INTO image_tags VALUES (1, 'i-full', 'one', $NOW)",
    "INSERT INTO image_tags VALUES (2, 'i-full', 'removed', $GONE)",
    "INSERT INTO image_locations VALUES (2, 'i-full', 'rbd://f/p/i/snap', "
    "'{\"store\": \"ceph\", \"n\": 1}', 'active', $NOW)",
    "INSERT INTO image_locations VALUES (1, 'i-full', 'file:///var/lib/i-full', NULL, 'active', "
    "$NOW)",
    "INSERT INTO image_locations VALUES (3, 'i-full', 'file:///old', '{}', 'pending_delete', "
    "$NOW)",
    "INSERT INTO image_members VALUES (1, 'i-full', 'q', false, 'accepted', $NOW)",
    "INSERT INTO image_members VALUES (2, 'i-full', 'r', false, 'pending', $GONE)"};

std::string replaced(std::string text, DatabaseKind kind) {
  // Of the kinds of time there are, those with which Glance made its tables.
  const char* time = kind == DatabaseKind::kPostgresql ? "TIMESTAMP" : "DATETIME";
  const std::pair<const char*, const char*> words[] = {
      {"$COMMON", kCommon},
      {"$TIME", time},
      {"$NOW", "'2024-01-02 03:04:05', '2024-01-03 03:04:05', NULL, false"},
      {"$GONE", "'2024-01-02 03:04:05', NULL, '2024-01-04 03:04:05', true"}};
  for (const auto& [word, value] : words)
    for (auto at = text.find(word); at != std::string::npos; at = text.find(word))
      text.replace(at, std::string_view(word).size(), value);
  return text;
}

struct ImportFixture {
  TestDatabase glance;
  TestDatabase own;
  RequestContext context = testContext();
  std::shared_ptr<Database> database = Database::open(own.options()).value();
  std::unique_ptr<Catalog> catalog = sqlCatalog(database);

  ImportFixture() {
    for (const char* statement : kTables) run(statement);
    for (const char* statement : kRows) run(statement);
  }
  void run(const char* statement) {
    const auto connection = glance.connection();
    const auto done = connection->execute(replaced(statement, connection->dialect().kind), {});
    INFO(statement);
    REQUIRE(done);
  }
  Result<GlanceImport> import() { return importGlance(glance.url(), *database, context); }
};

// 2024-01-02 03:04:05
constexpr image::Time kCreated{microseconds(1'704'164'645'000'000)};

}  // namespace

TEST_CASE("import-glance: an image comes with everything that belongs to it", "[catalog]") {
  ImportFixture f;
  const auto counts = f.import().value();
  CHECK(counts.images == 3);
  CHECK(counts.members == 1);
  CHECK(counts.deleted == 1);
  CHECK(counts.requeued == 1);
  CHECK(counts.known == 0);

  const image::Image image = f.catalog->get(f.context, {"i-full"}).value();
  CHECK(image.name == "Debian");
  CHECK(image.status == ImageStatus::kActive);
  CHECK(image.visibility == image::Visibility::kShared);
  CHECK(image.is_protected);
  CHECK(image.os_hidden);
  CHECK(image.owner == "p");
  CHECK(image.checksum == "c0");
  CHECK(image.os_hash_algo == "sha512");
  CHECK(image.os_hash_value == "h0");
  CHECK(image.size == 5'000'000'000u);
  CHECK(image.virtual_size == 6'000'000'000u);
  CHECK(image.disk_format == "qcow2");
  CHECK(image.container_format == "bare");
  CHECK(image.min_disk == 1);
  CHECK(image.min_ram == 2);
  CHECK(image.created_at == kCreated);
  CHECK(image.updated_at == kCreated + std::chrono::hours(24));
  CHECK(image.tags == std::set<std::string>{"one"});
  CHECK(image.properties ==
        std::map<std::string, std::string>{{"os_distro", "debian"}, {"empty", ""}});
  REQUIRE(image.locations.size() == 2);
  CHECK(image.locations[0] == image::Location{"file:///var/lib/i-full", {}});
  CHECK(image.locations[1] == image::Location{"rbd://f/p/i/snap", {{"store", "ceph"}, {"n", "1"}}});
  const auto members = f.catalog->members(f.context, {"i-full"}).value();
  REQUIRE(members.size() == 1);
  CHECK(members[0].project == "q");
  CHECK(members[0].status == image::MemberStatus::kAccepted);
  CHECK(members[0].created_at == kCreated);
}

TEST_CASE("import-glance: what is unfinished is queued, what is deleted stays so", "[catalog]") {
  ImportFixture f;
  REQUIRE(f.import());
  CHECK(f.catalog->get(f.context, {"i-saving"})->status == ImageStatus::kQueued);
  const image::Image empty = f.catalog->get(f.context, {"i-empty"}).value();
  CHECK_FALSE(empty.name);
  CHECK_FALSE(empty.size);
  CHECK_FALSE(empty.owner);
  CHECK(f.catalog->get(f.context, {"i-gone"}).error().code == ErrorCode::kNotFound);
  image::Image again = testImage();
  again.id.value = "i-gone";
  CHECK(f.catalog->create(f.context, again).error().code == ErrorCode::kConflict);
  CHECK(f.catalog->list(f.context, {.admin = true, .limit = 10})->size() == 2);
}

TEST_CASE("import-glance: a second run takes over what is new", "[catalog]") {
  ImportFixture f;
  REQUIRE(f.import());
  f.run(
      "INSERT INTO images VALUES ('j', 'new', 'raw', 'bare', 1, NULL, 'active', 'public', NULL, "
      "NULL, NULL, 0, 0, 'p', false, false, $NOW)");
  REQUIRE(f.catalog->update(f.context, {"i-full"}, [](image::Image& image) -> Status {
    image.name = "changed here";
    return {};
  }));
  const auto counts = f.import().value();
  CHECK(counts.images == 1);
  CHECK(counts.known == 4);
  CHECK(f.catalog->get(f.context, {"i-full"})->name == "changed here");
  CHECK(f.catalog->events(f.context, 0, 100)->events.size() == 5);
}

TEST_CASE("import-glance: what cannot be taken over is named", "[catalog]") {
  ImportFixture f;
  const auto* statement = GENERATE("UPDATE image_locations SET value = 'AbCd==' WHERE id = 1",
                                   "UPDATE image_locations SET meta_data = '[' WHERE id = 1",
                                   "UPDATE images SET status = 'strange' WHERE id = 'i-full'",
                                   "UPDATE image_members SET status = 'strange' WHERE id = 1",
                                   "DROP TABLE alembic_version");
  CAPTURE(statement);
  f.run(statement);
  const auto refused = f.import();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kInvalidArgument);
  if (std::string_view(statement).starts_with("UPDATE"))
    CHECK(refused.error().message.find("i-full") != std::string::npos);
}

}  // namespace glint::origin
