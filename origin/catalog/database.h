// One SQL database, shared by everything that keeps rows in it: connections, transactions, and what
// is tried again. The schema is of migrations.h.
//
// What is tried again, with a fresh transaction: what the database rolled back because of others
// (deadlock, serialization), and what a lost connection interrupted before its commit was sent. So
// an action may run several times, and must not do anything that a rollback does not undo. A
// connection that is lost during the commit is an error: nobody knows what became of it.
//
// Threads: any; every method blocks, call it from a worker.
// Errors of all methods: kTimeout (the deadline passed while waiting for a connection), kOverloaded
// (locked, unreachable, or rolled back too often), the action's own, and those of Connection.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "base/context.h"
#include "base/result.h"
#include "origin/catalog/connection_pool.h"
#include "origin/catalog/database_options.h"
#include "origin/catalog/sql_connection.h"

namespace glint::origin {

class Database {
 public:
  // Connects, and brings the schema to the newest version.
  // Errors: kInvalidArgument (a connection URL Glint does not know), kConflict (the schema is newer
  // than this program, or half migrated), kForbidden, kCorrupt, kOverloaded, kInternal.
  static Result<std::shared_ptr<Database>> open(const DatabaseOptions& options);
  // The same, whatever the schema is.
  static Result<std::shared_ptr<Database>> openAsItIs(const DatabaseOptions& options);

  const Dialect& dialect() const { return dialect_; }

  // Runs `action` in a transaction that sees one state of the database and changes nothing.
  Status read(const RequestContext& context, const std::function<Status(Connection&)>& action);
  // Runs `action`, which is one SELECT, without a transaction around it.
  Status statement(const RequestContext& context, const std::function<Status(Connection&)>& action);
  Result<std::vector<Row>> query(const RequestContext& context, std::string_view sql,
                                 const Row& values, std::string_view columns);
  // Runs `action` in a transaction that is committed when it returns true, else rolled back.
  Result<bool> write(const RequestContext& context,
                     const std::function<Result<bool>(Connection&)>& action);

 private:
  enum class Kind : std::uint8_t { kStatement, kRead, kWrite };
  struct Outcome {
    Result<bool> result;
    bool retry;  // nothing was done, and another attempt may succeed
    bool lost;
  };
  Database(const Dialect& dialect, const ConnectionPoolOptions& options, ConnectionPool::Open open,
           std::vector<std::chrono::milliseconds> reconnect_pauses)
      : dialect_(dialect),
        pool_(options, std::move(open)),
        reconnect_pauses_(std::move(reconnect_pauses)) {}
  Status reading(const RequestContext& context, Kind kind,
                 const std::function<Status(Connection&)>& action);
  Result<bool> attempts(const RequestContext& context, Kind kind,
                        const std::function<Result<bool>(Connection&)>& action);
  Outcome attempt(const RequestContext& context, Kind kind,
                  const std::function<Result<bool>(Connection&)>& action);

  const Dialect& dialect_;
  ConnectionPool pool_;
  const std::vector<std::chrono::milliseconds> reconnect_pauses_;  // between attempts
};

}  // namespace glint::origin
