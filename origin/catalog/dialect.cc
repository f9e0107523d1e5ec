#include "origin/catalog/dialect.h"

#include <array>
#include <utility>

namespace glint::origin {

const Dialect kSqliteDialect = {.kind = DatabaseKind::kSqlite,
                                .name = "sqlite",
                                .begin_read = "BEGIN",
                                .begin_write = "BEGIN IMMEDIATE",
                                .single_writer = true,
                                .schema_transactions = true,
                                .for_update = "",
                                .name_in_order = "coalesce(name, '')",
                                .lock_schema = "",
                                .unlock_schema = "",
                                .bytes_collation = "",
                                .long_text = "TEXT",
                                .table_options = ""};

// A write transaction reads what is committed at each statement; what it decides on is locked with
// for_update, or is part of the WHERE of the change.
const Dialect kPostgresqlDialect = {
    .kind = DatabaseKind::kPostgresql,
    .name = "postgresql",
    .begin_read = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    .begin_write = "BEGIN ISOLATION LEVEL READ COMMITTED",
    .single_writer = false,
    .schema_transactions = true,
    .for_update = " FOR UPDATE",
    .name_in_order = "coalesce(name, '')",
    .lock_schema = "SELECT count(*) FROM (SELECT pg_advisory_lock(71748)) AS locked",
    .unlock_schema = "SELECT count(*) FROM (SELECT pg_advisory_unlock(71748)) AS unlocked",
    .bytes_collation = "COLLATE \"C\"",
    .long_text = "TEXT COLLATE \"C\"",
    .table_options = ""};

// NOPAD: 'a' and 'a ' are two names.
const Dialect kMariadbDialect = {
    .kind = DatabaseKind::kMariadb,
    .name = "mariadb",
    .begin_read = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
    .begin_write = "START TRANSACTION",
    .single_writer = false,
    .schema_transactions = false,
    .for_update = " FOR UPDATE",
    .name_in_order = "name_in_order",
    .lock_schema = "SELECT GET_LOCK(CONCAT('glint_schema.', DATABASE()), 300)",
    .unlock_schema = "SELECT RELEASE_LOCK(CONCAT('glint_schema.', DATABASE()))",
    .bytes_collation = "",
    .long_text = "MEDIUMTEXT",
    .table_options =
        "ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin"};

std::string schemaSql(std::string_view statement, const Dialect& dialect) {
  const std::array<std::pair<std::string_view, const char*>, 3> words = {
      {{"$BYTES", dialect.bytes_collation},
       {"$TEXT", dialect.long_text},
       {"$TABLE", dialect.table_options}}};
  std::string sql(statement);
  for (const auto& [word, text] : words) {
    for (auto at = sql.find(word); at != std::string::npos; at = sql.find(word, at))
      sql.replace(at, word.size(), text);
  }
  return sql;
}

}  // namespace glint::origin
