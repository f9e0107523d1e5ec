#include "origin/catalog/migrations/steps.h"

namespace glint::origin {

// See ../manifest_rows.h.
std::vector<std::string> manifestTables(const Dialect&) {
  return {
      R"(CREATE TABLE image_manifests (
         image_id VARCHAR(36) $BYTES NOT NULL REFERENCES images (id),
         part BIGINT NOT NULL,
         body $TEXT NOT NULL,
         PRIMARY KEY (image_id, part)) $TABLE)"};
}

}  // namespace glint::origin
