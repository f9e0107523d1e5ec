#include "origin/catalog/migrations/steps.h"

namespace glint::origin {
namespace {

std::vector<std::string> tables(const Dialect& dialect) {
  const std::string name_in_order =
      dialect.kind == DatabaseKind::kMariadb
          ? ",\n name_in_order VARCHAR(255) GENERATED ALWAYS AS (coalesce(name, '')) STORED"
          : "";
  return {
      R"(CREATE TABLE images (
         id VARCHAR(36) $BYTES NOT NULL PRIMARY KEY,
         name VARCHAR(255) $BYTES,
         status VARCHAR(30) $BYTES NOT NULL,
         visibility VARCHAR(9) $BYTES NOT NULL,
         protected SMALLINT NOT NULL,
         os_hidden SMALLINT NOT NULL,
         owner VARCHAR(255) $BYTES,
         checksum VARCHAR(32) $BYTES,
         os_hash_algo VARCHAR(64) $BYTES,
         os_hash_value VARCHAR(128) $BYTES,
         size BIGINT,
         virtual_size BIGINT,
         container_format VARCHAR(20) $BYTES,
         disk_format VARCHAR(20) $BYTES,
         min_disk BIGINT NOT NULL,
         min_ram BIGINT NOT NULL,
         created_at BIGINT NOT NULL,
         updated_at BIGINT NOT NULL,
         deleted_at BIGINT,
         deleted SMALLINT NOT NULL,
         version BIGINT NOT NULL,
         upload_instance VARCHAR(64) $BYTES,
         upload_id VARCHAR(64) $BYTES)" +
          name_in_order + ") $TABLE",
      R"(CREATE TABLE image_tags (
         image_id VARCHAR(36) $BYTES NOT NULL REFERENCES images (id),
         value VARCHAR(255) $BYTES NOT NULL,
         PRIMARY KEY (image_id, value)) $TABLE)",
      R"(CREATE TABLE image_properties (
         image_id VARCHAR(36) $BYTES NOT NULL REFERENCES images (id),
         name VARCHAR(255) $BYTES NOT NULL,
         value $TEXT NOT NULL,
         PRIMARY KEY (image_id, name)) $TABLE)",
      R"(CREATE TABLE image_locations (
         image_id VARCHAR(36) $BYTES NOT NULL REFERENCES images (id),
         position BIGINT NOT NULL,
         url $TEXT NOT NULL,
         PRIMARY KEY (image_id, position)) $TABLE)",
      R"(CREATE TABLE image_location_metadata (
         image_id VARCHAR(36) $BYTES NOT NULL,
         position BIGINT NOT NULL,
         name VARCHAR(255) $BYTES NOT NULL,
         value $TEXT NOT NULL,
         PRIMARY KEY (image_id, position, name),
         FOREIGN KEY (image_id, position) REFERENCES image_locations (image_id, position)) $TABLE)",
      R"(CREATE TABLE image_members (
         image_id VARCHAR(36) $BYTES NOT NULL REFERENCES images (id),
         member VARCHAR(255) $BYTES NOT NULL,
         status VARCHAR(20) $BYTES NOT NULL,
         created_at BIGINT NOT NULL,
         updated_at BIGINT NOT NULL,
         PRIMARY KEY (image_id, member)) $TABLE)"};
}

// Texts are longer than an index may hold: what of the value of a property is in one.
const char* propertyIndex(DatabaseKind kind) {
  switch (kind) {
    case DatabaseKind::kSqlite:
      return "CREATE INDEX image_properties_by_name ON image_properties (name, value, image_id)";
    case DatabaseKind::kPostgresql:
      return "CREATE INDEX image_properties_by_value ON image_properties USING hash (value)";
    case DatabaseKind::kMariadb:
      return "CREATE INDEX image_properties_by_name ON image_properties (name, value(100))";
  }
  return "";
}

}  // namespace

// Every index that serves lists begins with what every list tests for equality (deleted, os_hidden)
// and ends with the default order, so that a page is read from the index and nothing is sorted.
std::vector<std::string> imageTables(const Dialect& dialect) {
  const std::string name = dialect.name_in_order;
  std::vector<std::string> statements = tables(dialect);
  for (const std::string& index : std::initializer_list<std::string>{
           "images_by_creation ON images (deleted, os_hidden, created_at, id)",
           "images_by_update ON images (deleted, os_hidden, updated_at, created_at, id)",
           "images_by_owner ON images (deleted, os_hidden, owner, created_at, id)",
           "images_by_visibility ON images (deleted, os_hidden, visibility, created_at, id)",
           "images_by_status ON images (deleted, os_hidden, status, created_at, id)",
           "images_by_name ON images (name, deleted, os_hidden, created_at, id)",
           "images_in_name_order ON images (deleted, os_hidden, " + name + ", created_at, id)",
           "images_of_owner_in_name_order ON images (deleted, os_hidden, owner, " + name +
               ", created_at, id)",
           "images_of_visibility_in_name_order ON images (deleted, os_hidden, visibility, " + name +
               ", created_at, id)",
           "images_of_owner_by_status ON images (deleted, os_hidden, owner, status, created_at, "
           "id)",
           "images_of_visibility_by_status ON images "
           "(deleted, os_hidden, visibility, status, created_at, id)",
           "images_by_hash ON images (os_hash_value)", "images_by_checksum ON images (checksum)",
           "images_by_upload ON images (upload_instance)",
           "image_tags_by_value ON image_tags (value, image_id)",
           "image_members_by_member ON image_members (member, status, image_id)"})
    statements.push_back("CREATE INDEX " + index);
  statements.emplace_back(propertyIndex(dialect.kind));
  return statements;
}

}  // namespace glint::origin
