#include "origin/catalog/migrations/steps.h"

namespace glint::origin {

// See ../sql_edge_catalog.cc. Times are microseconds since 1970.
std::vector<std::string> edgeTables(const Dialect& /*dialect*/) {
  return {
      R"(CREATE TABLE edges (
         name VARCHAR(64) $BYTES NOT NULL PRIMARY KEY,
         url $TEXT NOT NULL,
         version VARCHAR(64) $BYTES NOT NULL,
         capacity_bytes BIGINT NOT NULL,
         used_bytes BIGINT NOT NULL,
         offline_grace BIGINT NOT NULL,
         truncated SMALLINT NOT NULL,
         image_count BIGINT NOT NULL,
         reported_at BIGINT NOT NULL) $TABLE)",
      R"(CREATE TABLE edge_images (
         edge VARCHAR(64) $BYTES NOT NULL,
         image_id VARCHAR(36) $BYTES NOT NULL,
         size BIGINT NOT NULL,
         bootable_until BIGINT,
         PRIMARY KEY (edge, image_id)) $TABLE)",
      "CREATE INDEX edge_images_by_image ON edge_images (image_id, edge)",
  };
}

}  // namespace glint::origin
