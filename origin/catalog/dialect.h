// What differs from one database to the other. Everything else of the catalog's SQL is common to
// all of them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace glint::origin {

enum class DatabaseKind : std::uint8_t { kSqlite, kPostgresql, kMariadb };

struct Dialect {
  DatabaseKind kind;
  const char* name;
  const char* begin_read;    // one snapshot for several reads
  const char* begin_write;   // takes the write lock at once where there is only one
  bool single_writer;        // writers of this process line up before they bother the database
  bool schema_transactions;  // CREATE and ALTER are undone by a rollback
  // Appended to a SELECT in a write transaction whose rows must not change before the commit.
  const char* for_update;
  // A null name sorts as an empty one; where an index cannot hold the expression, a column does.
  const char* name_in_order;
  // Held while the schema is changed; empty where begin_write does it. Each answers with one
  // number.
  const char* lock_schema;
  const char* unlock_schema;
  // What the words of schema statements become, see schemaSql().
  const char* bytes_collation;
  const char* long_text;
  const char* table_options;
};

extern const Dialect kSqliteDialect;
extern const Dialect kPostgresqlDialect;
extern const Dialect kMariadbDialect;

// A statement of a migration as the database wants it. Words:
//   $BYTES  after VARCHAR(n): the column is compared and sorted byte by byte, with case
//   $TEXT   a type: text of any length, compared likewise; no index holds it
//   $TABLE  after the closing parenthesis of CREATE TABLE
std::string schemaSql(std::string_view statement, const Dialect& dialect);

}  // namespace glint::origin
