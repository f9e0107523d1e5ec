#include "origin/catalog/maintenance.h"

#include <algorithm>
#include <filesystem>

#include "origin/catalog/image_rows.h"

namespace glint::origin {
namespace {

// So much of the database is locked at once.
constexpr long long kBatch = 100;

// The parts of an image, those first that refer to others.
constexpr const char* kParts[] = {"image_location_metadata", "image_locations",
                                  "image_properties",        "image_tags",
                                  "image_members",           "image_manifests"};

std::string candidates(bool ids) {
  std::string sql =
      "SELECT id FROM images WHERE deleted = 1 AND status = 'deleted' AND upload_instance IS NULL "
      "AND deleted_at < :v0";
  if (!ids) {
    std::string any;
    for (const char* table : {"image_locations", "image_properties", "image_tags", "image_members"})
      any += (any.empty() ? "" : " OR ") + std::string("EXISTS (SELECT 1 FROM ") + table +
             " WHERE image_id = images.id)";
    sql += " AND (" + any + ")";
  }
  return sql + " ORDER BY deleted_at, id LIMIT :v1";
}

Result<long long> removeImage(Connection& connection, const Value& id, bool ids) {
  long long rows = 0;
  for (const char* table : kParts) {
    auto removed =
        connection.execute(std::string("DELETE FROM ") + table + " WHERE image_id = :v0", {id});
    if (!removed) return failWith(std::string("purge ") + table, removed.error());
    rows += *removed;
  }
  if (!ids) return rows;
  auto removed = connection.execute("DELETE FROM images WHERE id = :v0 AND deleted = 1", {id});
  if (!removed) return failWith("purge images", removed.error());
  return rows + *removed;
}

Result<PurgeCounts> purgeBatch(Database& database, const RequestContext& context,
                               const PurgeOptions& options, long long most) {
  PurgeCounts counts;
  auto done = database.write(context, [&](Connection& connection) -> Result<bool> {
    counts = {};
    auto found =
        connection.query(candidates(options.ids), {toMicros(options.deleted_before), most}, "t");
    if (!found) return failWith("find deleted images", found.error());
    for (const Row& row : *found) {
      auto rows = removeImage(connection, row[0], options.ids);
      if (!rows) return tl::unexpected(rows.error());
      ++counts.images;
      counts.rows += *rows;
    }
    return true;
  });
  if (!done) return tl::unexpected(done.error());
  return counts;
}

}  // namespace

Result<PurgeCounts> purgeDeleted(Database& database, const RequestContext& context,
                                 const PurgeOptions& options) {
  PurgeCounts total;
  for (;;) {
    const long long most =
        options.most < 0 ? kBatch : std::min(kBatch, options.most - total.images);
    if (most <= 0) return total;
    auto batch = purgeBatch(database, context, options, most);
    if (!batch) return batch;
    if (batch->images == 0) return total;
    total.images += batch->images;
    total.rows += batch->rows;
  }
}

Status backup(Database& database, const DatabaseUrl& url, const std::string& file) {
  switch (url.kind) {
    case DatabaseKind::kSqlite:
      break;
    case DatabaseKind::kPostgresql:
      return fail(ErrorCode::kInvalidArgument,
                  "PostgreSQL is backed up by its own program: pg_dump --format=custom --file=" +
                      file + " " + url.database);
    case DatabaseKind::kMariadb:
      return fail(ErrorCode::kInvalidArgument,
                  "MariaDB is backed up by its own program: mariadb-dump --single-transaction "
                  "--result-file=" +
                      file + " " + url.database);
  }
  std::error_code ignored;
  if (std::filesystem::exists(file, ignored))
    return fail(ErrorCode::kConflict, "back up into " + file + ": the file exists");
  return database.statement({}, [&file](Connection& connection) -> Status {
    auto done = connection.execute("VACUUM INTO :v0", {file});
    if (!done) return failWith("back up into " + file, done.error());
    return {};
  });
}

}  // namespace glint::origin
