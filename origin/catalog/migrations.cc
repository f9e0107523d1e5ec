#include "origin/catalog/migrations.h"

#include <algorithm>
#include <array>

#include "base/log.h"
#include "origin/catalog/migrations/steps.h"
#include "origin/catalog/sql_connection.h"

namespace glint::origin {
namespace {

constexpr std::array kMigrations = {
    Migration{1, "images, tags, properties, locations, members", imageTables},
    Migration{2, "change feed", changeFeedTables},
    Migration{3, "memberships in the order of their images", memberOrder},
    Migration{4, "metadata definitions", metadefTables},
    Migration{5, "tasks", taskTables},
    Migration{6, "block manifests", manifestTables},
    Migration{7, "edges", edgeTables},
};

constexpr const char* kRestore =
    "restore a backup from before it, or, if the database held nothing, empty it and try again";

// What is noted of the steps done, and of the one being done.
Status createNotes(Connection& connection) {
  for (const char* statement :
       {"CREATE TABLE IF NOT EXISTS glint_schema (version BIGINT NOT NULL PRIMARY KEY, "
        "title VARCHAR(255) NOT NULL) $TABLE",
        "CREATE TABLE IF NOT EXISTS glint_schema_begun (version BIGINT NOT NULL PRIMARY KEY) "
        "$TABLE"}) {
    auto done = connection.execute(schemaSql(statement, connection.dialect()), {});
    if (!done) return failWith("create schema version table", done.error());
  }
  return {};
}

Result<int> readVersion(Connection& connection) {
  auto rows =
      connection.query("SELECT version, title FROM glint_schema ORDER BY version", {}, "it");
  if (!rows) return failWith("read schema version", rows.error());
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const std::string version = std::to_string(integerOf((*rows)[i][0]));
    if (i >= kMigrations.size()) {
      return fail(ErrorCode::kConflict,
                  "database schema is version " + std::to_string(integerOf(rows->back().front())) +
                      ", this program knows versions up to " + std::to_string(newestVersion()) +
                      ": run the release that wrote it, or restore a backup from before it");
    }
    if (std::cmp_not_equal(integerOf((*rows)[i][0]), kMigrations[i].version) ||
        textOf((*rows)[i][1]) != kMigrations[i].title) {
      return fail(ErrorCode::kConflict,
                  "database schema version " + version + " (" + textOf((*rows)[i][1]) +
                      ") is not of this program, which has version " +
                      std::to_string(kMigrations[i].version) + " (" + kMigrations[i].title +
                      ") in its place: run the release that wrote it, or restore a backup");
    }
  }
  return static_cast<int>(rows->size());
}

// Refuses a database in which a step was begun and not ended.
Status refuseHalfDone(Connection& connection) {
  auto rows = connection.query("SELECT coalesce(max(version), 0) FROM glint_schema_begun", {}, "i");
  if (!rows) return failWith("read schema version", rows.error());
  const long long begun = integerOf(rows->front().front());
  if (begun == 0) return {};
  return fail(ErrorCode::kConflict, "database schema is half migrated: the step to version " +
                                        std::to_string(begun) + " was cut short; " + kRestore);
}

Result<int> checkedVersion(Connection& connection) {
  auto version = readVersion(connection);
  if (!version) return version;
  if (auto whole = refuseHalfDone(connection); !whole) return tl::unexpected(whole.error());
  return version;
}

Status run(Connection& connection, const Migration& migration) {
  for (const std::string& statement : migration.statements(connection.dialect())) {
    auto done = connection.execute(schemaSql(statement, connection.dialect()), {});
    if (!done) return failWith("schema version " + std::to_string(migration.version), done.error());
  }
  auto noted = connection.execute("INSERT INTO glint_schema (version, title) VALUES (:v0, :v1)",
                                  {static_cast<long long>(migration.version), migration.title});
  if (!noted) return failWith("note schema version", noted.error());
  return {};
}

// One step in a transaction, unless somebody else has done it meanwhile. Returns the version
// reached.
Result<int> stepInTransaction(Connection& connection, const Migration& migration) {
  auto transaction = Transaction::begin(connection, Transaction::Kind::kWrite);
  if (!transaction) return tl::unexpected(transaction.error());
  const auto version = readVersion(connection);
  if (!version || *version >= migration.version) return version;
  auto done = run(connection, migration);
  if (done) done = transaction->commit();
  if (!done) return tl::unexpected(done.error());
  return migration.version;
}

// The same where every schema statement is committed by itself; the schema lock is held.
Result<int> stepWithNotes(Connection& connection, const Migration& migration) {
  const auto version = checkedVersion(connection);
  if (!version || *version >= migration.version) return version;
  const Row number = {static_cast<long long>(migration.version)};
  auto begun = connection.execute("INSERT INTO glint_schema_begun (version) VALUES (:v0)", number);
  if (!begun) return failWith("note schema version", begun.error());
  if (auto done = run(connection, migration); !done) return tl::unexpected(done.error());
  auto ended = connection.execute("DELETE FROM glint_schema_begun WHERE version = :v0", number);
  if (!ended) return failWith("note schema version", ended.error());
  return migration.version;
}

// Keeps other processes from changing the schema meanwhile.
class SchemaLock {
 public:
  static Result<SchemaLock> take(Connection& connection) {
    const std::string_view sql = connection.dialect().lock_schema;
    if (sql.empty()) return SchemaLock(nullptr);
    auto locked = connection.query(sql, {}, "i");
    if (!locked) return failWith("lock the schema", locked.error());
    if (integerOf(locked->front().front()) != 1)
      return fail(ErrorCode::kOverloaded, "somebody else changes the database schema");
    return SchemaLock(&connection);
  }
  SchemaLock(SchemaLock&& other) noexcept : connection_(other.connection_) {
    other.connection_ = nullptr;
  }
  SchemaLock& operator=(SchemaLock&&) = delete;
  ~SchemaLock() {
    if (connection_ == nullptr) return;
    auto unlocked = connection_->query(connection_->dialect().unlock_schema, {}, "i");
    if (!unlocked) log::warn("schema_unlock_failed", {{"error", unlocked.error().message}});
  }

 private:
  explicit SchemaLock(Connection* connection) : connection_(connection) {}
  Connection* connection_;
};

}  // namespace

std::span<const Migration> migrations() { return kMigrations; }

int newestVersion() { return kMigrations.back().version; }

Result<int> schemaVersion(Connection& connection) {
  // Asked of the tables themselves: every database keeps its list of tables elsewhere.
  if (!connection.query("SELECT count(*) FROM glint_schema", {}, "i")) {
    auto alive = connection.query("SELECT 1", {}, "i");
    if (!alive) return tl::unexpected(alive.error());
    return 0;
  }
  auto version = readVersion(connection);
  if (!version) return version;
  if (connection.query("SELECT count(*) FROM glint_schema_begun", {}, "i")) {
    if (auto whole = refuseHalfDone(connection); !whole) return tl::unexpected(whole.error());
  }
  return version;
}

Result<int> migrate(Connection& connection, std::optional<int> last) {
  auto lock = SchemaLock::take(connection);
  if (!lock) return tl::unexpected(lock.error());
  if (auto created = createNotes(connection); !created) return tl::unexpected(created.error());
  auto version = checkedVersion(connection);
  if (!version) return version;
  for (const Migration& migration : kMigrations) {
    if (migration.version <= *version) continue;
    if (last && migration.version > *last) break;
    version = connection.dialect().schema_transactions ? stepInTransaction(connection, migration)
                                                       : stepWithNotes(connection, migration);
    if (!version) return version;
    log::info("schema_migrated", {{"version", migration.version}, {"title", migration.title}});
  }
  return version;
}

}  // namespace glint::origin
