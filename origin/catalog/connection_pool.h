// Connections to one database, lent to one user at a time. Private to catalog/.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/context.h"
#include "base/mutex.h"
#include "base/result.h"
#include "origin/catalog/sql_connection.h"

namespace glint::origin {

// Threads: any.
class ConnectionPool {
 public:
  // A borrowed connection; the destructor gives it back (and lets the next writer in).
  class Lease {
   public:
    Lease(ConnectionPool& pool, std::unique_ptr<Connection> connection, bool writer)
        : pool_(&pool), connection_(std::move(connection)), writer_(writer) {}
    Lease(Lease&& other) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease();
    Connection& operator*() const { return *connection_; }
    Connection* operator->() const { return connection_.get(); }

   private:
    ConnectionPool* pool_;
    std::unique_ptr<Connection> connection_;  // empty after a move
    bool writer_;
  };

  ConnectionPool(std::vector<std::unique_ptr<Connection>> connections, bool single_writer)
      : idle_(std::move(connections)), single_writer_(single_writer) {}

  // Waits for a connection. Errors: kTimeout (the deadline passed), kCancelled.
  Result<Lease> read(const RequestContext& context) { return take(context, false); }
  Result<Lease> write(const RequestContext& context) { return take(context, single_writer_); }

 private:
  Result<Lease> take(const RequestContext& context, bool writer);
  void giveBack(std::unique_ptr<Connection> connection, bool writer);

  Mutex mu_;
  CondVar changed_;
  std::vector<std::unique_ptr<Connection>> idle_ GUARDED_BY(mu_);
  bool writing_ GUARDED_BY(mu_) = false;
  const bool single_writer_;
};

}  // namespace glint::origin
