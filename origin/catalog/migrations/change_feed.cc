#include "origin/catalog/migrations/steps.h"

namespace glint::origin {

// See ../event_rows.h.
std::vector<std::string> changeFeedTables(const Dialect&) {
  return {
      R"(CREATE TABLE image_events (
         sequence BIGINT NOT NULL PRIMARY KEY,
         kind VARCHAR(30) $BYTES NOT NULL,
         image_id VARCHAR(36) $BYTES NOT NULL,
         member VARCHAR(255) $BYTES,
         happened_at BIGINT NOT NULL) $TABLE)",
      "CREATE TABLE image_event_counter (id SMALLINT NOT NULL PRIMARY KEY, newest BIGINT NOT NULL) "
      "$TABLE",
      "INSERT INTO image_event_counter (id, newest) VALUES (1, 0)"};
}

}  // namespace glint::origin
