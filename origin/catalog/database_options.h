// [database] of the configuration.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace glint {
class OptionTable;
}

namespace glint::origin {

struct DatabaseOptions {
  std::string connection;       // URL
  std::size_t connections = 5;  // kept open; at least 2
  bool durable = true;          // SQLite: a commit is on disk before it is answered
  std::size_t max_overflow = 50;
  int connection_recycle_time = 3600;  // seconds; negative: never
  int pool_timeout = 60;               // seconds that a request waits for a free connection
  // The first connection, at start.
  int max_retries = 10;     // negative: for ever
  int retry_interval = 10;  // seconds
  // A connection that is lost later.
  bool use_db_reconnect = false;      // false: some attempts within two seconds
  int db_retry_interval = 1;          // seconds
  bool db_inc_retry_interval = true;  // doubled each time
  int db_max_retry_interval = 10;
  int db_max_retries = 20;  // negative: for ever, as long as somebody waits
  std::string mysql_sql_mode = "TRADITIONAL";
  std::optional<int> mysql_wsrep_sync_wait{};
};

void addOptions(OptionTable& table, DatabaseOptions& options);

}  // namespace glint::origin
