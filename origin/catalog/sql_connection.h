// One database connection: SQL text with bound values in, rows of plain values out. The exceptions
// of SOCI end here. Private to catalog/.
//
// Threads: one user at a time (see connection_pool.h).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "origin/catalog/database_url.h"
#include "origin/catalog/dialect.h"

namespace glint::origin {

// null, integer or text. Booleans are 0 and 1, times microseconds since 1970.
using Value = std::variant<std::monostate, long long, std::string>;
using Row = std::vector<Value>;

long long integerOf(const Value& value);        // null: 0
const std::string& textOf(const Value& value);  // null: ""
std::optional<std::string> optionalText(const Value& value);
Value nullable(const std::optional<std::string>& text);

// Bytes on disk before a commit returns (kYes), or whenever the system likes.
enum class Durable : std::uint8_t { kYes, kNo };

// What a connection to MariaDB is told first.
struct MariadbSession {
  std::string sql_mode = "TRADITIONAL";  // letters, commas and underscores; empty: the server's
  std::optional<int> wsrep_sync_wait{};  // Galera
};

// What became of the transaction in which the last call failed.
enum class Trouble : std::uint8_t {
  kNone,        // it is as it was (or the call did not fail)
  kRolledBack,  // others were in the way; it may be tried again
  kLost,        // the connection is of no use any more
};

class Connection {
 public:
  // Opens (and creates) the SQLite database at `path`, in WAL mode. Errors: kForbidden, kNotFound
  // (its directory), kCorrupt (not a database), kInternal.
  static Result<std::unique_ptr<Connection>> openSqlite(const std::string& path, Durable durable);
  // One that exists, and stays as it is. Errors: likewise.
  static Result<std::unique_ptr<Connection>> openSqliteReadOnly(const std::string& path);
  // Errors: kOverloaded (not there, or too busy), kForbidden (refused), kInvalidArgument (the URL).
  static Result<std::unique_ptr<Connection>> openPostgresql(const DatabaseUrl& url);
  static Result<std::unique_ptr<Connection>> openMariadb(const DatabaseUrl& url,
                                                         const MariadbSession& session);
  virtual ~Connection() = default;

  virtual const Dialect& dialect() const = 0;
  virtual Trouble trouble() const = 0;

  // Placeholders are :v0, :v1, … in the order of `values`. `columns` holds one letter per result
  // column: 't' text, 'i' integer. The prepared statement is kept for the next time.
  // Errors: kConflict (a constraint), kInvalidArgument (a text that the database does not take),
  // kOverloaded (locked, rolled back, lost: see trouble()), kForbidden, kCorrupt, kNoSpace,
  // kInternal.
  virtual Result<std::vector<Row>> query(std::string_view sql, const Row& values,
                                         std::string_view columns) = 0;
  // The number of rows changed.
  virtual Result<long long> execute(std::string_view sql, const Row& values) = 0;
};

// Rolls back in the destructor unless commit() was called.
class Transaction {
 public:
  enum class Kind : std::uint8_t { kRead, kWrite };
  static Result<Transaction> begin(Connection& connection, Kind kind);
  Transaction(Transaction&& other) noexcept : connection_(other.connection_) {
    other.connection_ = nullptr;
  }
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  Status commit();

 private:
  explicit Transaction(Connection& connection) : connection_(&connection) {}
  Connection* connection_;
};

}  // namespace glint::origin
