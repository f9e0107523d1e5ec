#include "origin/catalog/migrations/steps.h"

namespace glint::origin {

// A membership knows when its image was created, so that what is shared with a project is read in
// the default order of lists. See ../list_sql.cc.
std::vector<std::string> memberOrder(const Dialect& dialect) {
  return {
      "ALTER TABLE image_members ADD COLUMN image_created_at BIGINT NOT NULL DEFAULT 0",
      "UPDATE image_members SET image_created_at = "
      "(SELECT created_at FROM images WHERE images.id = image_members.image_id)",
      "CREATE INDEX image_members_in_image_order ON image_members "
      "(member, status, image_created_at, image_id)",
      "CREATE INDEX image_members_of_any_status ON image_members "
      "(member, image_created_at, image_id)",
      dialect.kind == DatabaseKind::kMariadb ? "DROP INDEX image_members_by_member ON image_members"
                                             : "DROP INDEX image_members_by_member",
  };
}

}  // namespace glint::origin
