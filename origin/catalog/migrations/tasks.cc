#include "origin/catalog/migrations/steps.h"

namespace glint::origin {

// Times are microseconds since 1970. `lease_until`: until then nobody else takes the task.
std::vector<std::string> taskTables(const Dialect& /*dialect*/) {
  return {
      R"(CREATE TABLE tasks (
         id VARCHAR(36) $BYTES NOT NULL PRIMARY KEY,
         type VARCHAR(30) $BYTES NOT NULL,
         status VARCHAR(30) $BYTES NOT NULL,
         owner VARCHAR(255) $BYTES,
         image_id VARCHAR(36) $BYTES,
         request_id VARCHAR(255) $BYTES,
         user_id VARCHAR(255) $BYTES,
         input $TEXT NOT NULL,
         result $TEXT,
         message $TEXT NOT NULL,
         created_at BIGINT NOT NULL,
         updated_at BIGINT NOT NULL,
         expires_at BIGINT,
         deleted SMALLINT NOT NULL,
         home VARCHAR(64) $BYTES NOT NULL,
         worker VARCHAR(64) $BYTES,
         lease_until BIGINT NOT NULL,
         attempts BIGINT NOT NULL,
         done_bytes BIGINT NOT NULL,
         total_bytes BIGINT NOT NULL) $TABLE)",
      "CREATE INDEX tasks_by_status ON tasks (status, created_at, id)",
      "CREATE INDEX tasks_by_creation ON tasks (deleted, created_at, id)",
      "CREATE INDEX tasks_by_image ON tasks (image_id)",
  };
}

}  // namespace glint::origin
