#include "origin/catalog/migrations.h"

#include "base/log.h"
#include "origin/catalog/sql_connection.h"

namespace glint::origin {
namespace {

// Every index that serves lists begins with what every list tests for equality (deleted, os_hidden)
// and ends with the default order, so that a page is read from the index and nothing is sorted.
const std::vector<std::string> kFirstSchema = {
    R"(CREATE TABLE images (
         id VARCHAR(36) NOT NULL PRIMARY KEY,
         name VARCHAR(255),
         status VARCHAR(30) NOT NULL,
         visibility VARCHAR(9) NOT NULL,
         protected SMALLINT NOT NULL,
         os_hidden SMALLINT NOT NULL,
         owner VARCHAR(255),
         checksum VARCHAR(32),
         os_hash_algo VARCHAR(64),
         os_hash_value VARCHAR(128),
         size BIGINT,
         virtual_size BIGINT,
         container_format VARCHAR(20),
         disk_format VARCHAR(20),
         min_disk BIGINT NOT NULL,
         min_ram BIGINT NOT NULL,
         created_at BIGINT NOT NULL,
         updated_at BIGINT NOT NULL,
         deleted_at BIGINT,
         deleted SMALLINT NOT NULL,
         version BIGINT NOT NULL,
         upload_instance VARCHAR(64),
         upload_id VARCHAR(64)))",
    R"(CREATE TABLE image_tags (
         image_id VARCHAR(36) NOT NULL REFERENCES images (id),
         value VARCHAR(255) NOT NULL,
         PRIMARY KEY (image_id, value)))",
    R"(CREATE TABLE image_properties (
         image_id VARCHAR(36) NOT NULL REFERENCES images (id),
         name VARCHAR(255) NOT NULL,
         value TEXT NOT NULL,
         PRIMARY KEY (image_id, name)))",
    R"(CREATE TABLE image_locations (
         image_id VARCHAR(36) NOT NULL REFERENCES images (id),
         position BIGINT NOT NULL,
         url TEXT NOT NULL,
         PRIMARY KEY (image_id, position)))",
    R"(CREATE TABLE image_location_metadata (
         image_id VARCHAR(36) NOT NULL,
         position BIGINT NOT NULL,
         name VARCHAR(255) NOT NULL,
         value TEXT NOT NULL,
         PRIMARY KEY (image_id, position, name),
         FOREIGN KEY (image_id, position) REFERENCES image_locations (image_id, position)))",
    R"(CREATE TABLE image_members (
         image_id VARCHAR(36) NOT NULL REFERENCES images (id),
         member VARCHAR(255) NOT NULL,
         status VARCHAR(20) NOT NULL,
         created_at BIGINT NOT NULL,
         updated_at BIGINT NOT NULL,
         PRIMARY KEY (image_id, member)))",
    "CREATE INDEX images_by_creation ON images (deleted, os_hidden, created_at, id)",
    "CREATE INDEX images_by_update ON images (deleted, os_hidden, updated_at, created_at, id)",
    "CREATE INDEX images_by_owner ON images (deleted, os_hidden, owner, created_at, id)",
    "CREATE INDEX images_by_visibility ON images (deleted, os_hidden, visibility, created_at, id)",
    "CREATE INDEX images_by_status ON images (deleted, os_hidden, status, created_at, id)",
    "CREATE INDEX images_by_name ON images (name, deleted, os_hidden, created_at, id)",
    "CREATE INDEX images_in_name_order ON images "
    "(deleted, os_hidden, coalesce(name, ''), created_at, id)",
    "CREATE INDEX images_of_owner_in_name_order ON images "
    "(deleted, os_hidden, owner, coalesce(name, ''), created_at, id)",
    "CREATE INDEX images_of_visibility_in_name_order ON images "
    "(deleted, os_hidden, visibility, coalesce(name, ''), created_at, id)",
    "CREATE INDEX images_of_owner_by_status ON images "
    "(deleted, os_hidden, owner, status, created_at, id)",
    "CREATE INDEX images_of_visibility_by_status ON images "
    "(deleted, os_hidden, visibility, status, created_at, id)",
    "CREATE INDEX images_by_hash ON images (os_hash_value)",
    "CREATE INDEX images_by_checksum ON images (checksum)",
    "CREATE INDEX images_by_upload ON images (upload_instance)",
    "CREATE INDEX image_tags_by_value ON image_tags (value, image_id)",
    "CREATE INDEX image_properties_by_name ON image_properties (name, value, image_id)",
    "CREATE INDEX image_members_by_member ON image_members (member, status, image_id)",
};

// See event_rows.h.
const std::vector<std::string> kChangeFeed = {
    R"(CREATE TABLE image_events (
         sequence BIGINT NOT NULL PRIMARY KEY,
         kind VARCHAR(30) NOT NULL,
         image_id VARCHAR(36) NOT NULL,
         member VARCHAR(255),
         happened_at BIGINT NOT NULL))",
    "CREATE TABLE image_event_counter (id SMALLINT NOT NULL PRIMARY KEY, newest BIGINT NOT NULL)",
    "INSERT INTO image_event_counter (id, newest) VALUES (1, 0)",
};

const std::vector<Migration>& allMigrations() {
  static const std::vector<Migration> kAll = {
      {1, "images, tags, properties, locations, members", kFirstSchema},
      {2, "change feed", kChangeFeed}};
  return kAll;
}

Result<int> readVersion(Connection& connection) {
  auto rows = connection.query("SELECT coalesce(max(version), 0) FROM glint_schema", {}, "i");
  if (!rows) return failWith("read schema version", rows.error());
  return static_cast<int>(integerOf(rows->front().front()));
}

// One step, unless somebody else has done it meanwhile. Returns the version reached.
Result<int> step(Connection& connection, const Migration& migration) {
  auto transaction = Transaction::begin(connection, Transaction::Kind::kWrite);
  if (!transaction) return tl::unexpected(transaction.error());
  const auto version = readVersion(connection);
  if (!version || *version >= migration.version) return version;
  for (const std::string& statement : migration.statements) {
    auto done = connection.execute(statement, {});
    if (!done) return failWith("schema version " + std::to_string(migration.version), done.error());
  }
  auto noted = connection.execute("INSERT INTO glint_schema (version, title) VALUES (:v0, :v1)",
                                  {static_cast<long long>(migration.version), migration.title});
  if (!noted) return failWith("note schema version", noted.error());
  auto committed = transaction->commit();
  if (!committed) return tl::unexpected(committed.error());
  log::info("schema_migrated", {{"version", migration.version}, {"title", migration.title}});
  return migration.version;
}

}  // namespace

std::span<const Migration> migrations() { return allMigrations(); }

Result<int> migrate(Connection& connection) {
  auto table = connection.execute(
      "CREATE TABLE IF NOT EXISTS glint_schema (version BIGINT NOT NULL PRIMARY KEY, "
      "title VARCHAR(255) NOT NULL)",
      {});
  if (!table) return failWith("create schema version table", table.error());
  auto version = readVersion(connection);
  if (!version) return version;
  const int newest = migrations().back().version;
  if (*version > newest) {
    return fail(ErrorCode::kConflict,
                "database schema is version " + std::to_string(*version) +
                    ", this program knows versions up to " + std::to_string(newest) +
                    ": run the release that wrote it, or restore a backup from before it");
  }
  for (const Migration& migration : migrations()) {
    if (migration.version <= *version) continue;
    version = step(connection, migration);
    if (!version) return version;
  }
  return version;
}

}  // namespace glint::origin
