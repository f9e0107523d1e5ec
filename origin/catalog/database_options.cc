#include "origin/catalog/database_options.h"

#include <string_view>

#include "base/options.h"
#include "base/strings.h"

namespace glint::origin {
namespace {

// Goes into a statement: names of modes and commas.
Status parseSqlMode(std::string_view text, std::string& mode) {
  for (const char c : text)
    if ((c < 'A' || c > 'Z') && c != '_' && c != ',')
      return fail(ErrorCode::kInvalidArgument, "names of SQL modes in capitals, and commas");
  mode = text;
  return {};
}

Status parseTimeout(std::string_view text, int& seconds) {
  const auto number = parseInteger<int>(text);
  if (text.empty() || (number && *number >= 1)) {
    seconds = number.value_or(DatabaseOptions{}.pool_timeout);
    return {};
  }
  return fail(ErrorCode::kInvalidArgument, "a number of seconds, 1 or more");
}

Status parseSyncWait(std::string_view text, std::optional<int>& wait) {
  wait = parseInteger<int>(text);
  if (text.empty() || (wait && *wait >= 0 && *wait <= 15)) return {};
  return fail(ErrorCode::kInvalidArgument, "0 to 15");
}

}  // namespace

void addOptions(OptionTable& table, DatabaseOptions& o) {
  table.group("database", "Where image records are kept.")
      .secret("connection", o.connection,
              "sqlite:///PATH, postgresql://USER:PASSWORD@HOST/NAME or "
              "mysql+pymysql://USER:PASSWORD@HOST/NAME; empty: catalog.sqlite in the state "
              "directory.")
      .boolean("sqlite_synchronous", o.durable,
               "SQLite: a change is on disk before it is answered.")
      .integer("max_pool_size", o.connections, "Connections kept open.", {.min = 2, .max = 1024})
      .integer("max_overflow", o.max_overflow,
               "Connections opened beyond while many are needed; none with SQLite.",
               {.min = 0, .max = 4096})
      .custom("pool_timeout", "", "seconds",
              "How long a request waits for a free connection; empty: 60.",
              [&o](std::string_view text) { return parseTimeout(text, o.pool_timeout); })
      .integer("connection_recycle_time", o.connection_recycle_time,
               "Seconds after which a connection is replaced; negative: never.")
      .integer("max_retries", o.max_retries,
               "At start, how often the database is tried again; negative: for ever.")
      .integer("retry_interval", o.retry_interval, "At start, seconds between tries.",
               {.min = 0, .max = 3600})
      .boolean("use_db_reconnect", o.use_db_reconnect,
               "When the database is lost, requests wait for it as the db_ options say; else for "
               "two seconds; then they are answered with 503.")
      .integer("db_retry_interval", o.db_retry_interval, "Seconds before the first new try.",
               {.min = 0, .max = 3600})
      .boolean("db_inc_retry_interval", o.db_inc_retry_interval,
               "The interval is doubled each time.")
      .integer("db_max_retry_interval", o.db_max_retry_interval,
               "Longest interval between tries, in seconds.", {.min = 0, .max = 3600})
      .integer("db_max_retries", o.db_max_retries, "Most tries; negative: any number.")
      .custom("mysql_sql_mode", o.mysql_sql_mode, "names of SQL modes",
              "MariaDB: sql_mode of every connection; empty: the server's.",
              [&o](std::string_view text) { return parseSqlMode(text, o.mysql_sql_mode); })
      .custom("mysql_wsrep_sync_wait", "", "0 to 15",
              "Galera: wsrep_sync_wait of every connection; empty: the server's.",
              [&o](std::string_view text) { return parseSyncWait(text, o.mysql_wsrep_sync_wait); })
      .oldName("connection", "DEFAULT", "sql_connection");
}

}  // namespace glint::origin
