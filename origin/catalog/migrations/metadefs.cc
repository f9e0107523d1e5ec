#include "origin/catalog/migrations/steps.h"

namespace glint::origin {

std::vector<std::string> metadefTables(const Dialect&) {
  return {
      R"(CREATE TABLE metadef_namespaces (
         id VARCHAR(36) $BYTES NOT NULL PRIMARY KEY,
         namespace VARCHAR(80) $BYTES NOT NULL UNIQUE,
         display_name VARCHAR(80) $BYTES,
         description $TEXT,
         visibility VARCHAR(32) $BYTES NOT NULL,
         protected SMALLINT NOT NULL,
         owner VARCHAR(255) $BYTES NOT NULL,
         created_at BIGINT NOT NULL,
         updated_at BIGINT) $TABLE)",
      R"(CREATE TABLE metadef_properties (
         namespace_id VARCHAR(36) $BYTES NOT NULL REFERENCES metadef_namespaces (id),
         name VARCHAR(80) $BYTES NOT NULL,
         definition $TEXT NOT NULL,
         created_at BIGINT NOT NULL,
         updated_at BIGINT,
         PRIMARY KEY (namespace_id, name)) $TABLE)",
      R"(CREATE TABLE metadef_objects (
         namespace_id VARCHAR(36) $BYTES NOT NULL REFERENCES metadef_namespaces (id),
         name VARCHAR(80) $BYTES NOT NULL,
         description $TEXT,
         required $TEXT NOT NULL,
         properties $TEXT NOT NULL,
         created_at BIGINT NOT NULL,
         updated_at BIGINT,
         PRIMARY KEY (namespace_id, name)) $TABLE)",
      R"(CREATE TABLE metadef_tags (
         namespace_id VARCHAR(36) $BYTES NOT NULL REFERENCES metadef_namespaces (id),
         name VARCHAR(80) $BYTES NOT NULL,
         created_at BIGINT NOT NULL,
         updated_at BIGINT,
         PRIMARY KEY (namespace_id, name)) $TABLE)",
      R"(CREATE TABLE metadef_resource_types (
         name VARCHAR(80) $BYTES NOT NULL PRIMARY KEY,
         protected SMALLINT NOT NULL,
         created_at BIGINT NOT NULL,
         updated_at BIGINT) $TABLE)",
      R"(CREATE TABLE metadef_associations (
         namespace_id VARCHAR(36) $BYTES NOT NULL REFERENCES metadef_namespaces (id),
         resource_type VARCHAR(80) $BYTES NOT NULL REFERENCES metadef_resource_types (name),
         prefix VARCHAR(80) $BYTES,
         properties_target VARCHAR(80) $BYTES,
         created_at BIGINT NOT NULL,
         updated_at BIGINT,
         PRIMARY KEY (namespace_id, resource_type)) $TABLE)",
      "CREATE INDEX metadef_namespaces_by_creation ON metadef_namespaces (created_at, id)",
      "CREATE INDEX metadef_namespaces_by_owner ON metadef_namespaces (owner, created_at, id)",
      "CREATE INDEX metadef_associations_by_type ON metadef_associations (resource_type)",
  };
}

}  // namespace glint::origin
