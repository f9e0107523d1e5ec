// Connections to one database, lent to one user at a time, opened when they are needed. A
// connection that was lost takes all idle ones along: most likely they are dead too, and the next
// users open fresh ones. Private to catalog/.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "base/context.h"
#include "base/mutex.h"
#include "base/result.h"
#include "origin/catalog/sql_connection.h"

namespace glint::origin {

struct ConnectionPoolOptions {
  std::size_t kept = 5;               // idle ones beyond are closed after a while
  std::size_t most = 55;              // open at once
  std::chrono::seconds recycle{-1};   // older ones are replaced; negative: never
  std::chrono::seconds patience{60};  // longest wait for a free one, whatever the deadline
  bool single_writer = false;         // one writer at a time
};

// Threads: any.
class ConnectionPool {
  struct Pooled {
    std::unique_ptr<Connection> connection;
    std::chrono::steady_clock::time_point opened;
    std::chrono::steady_clock::time_point used;
  };

 public:
  using Open = std::function<Result<std::unique_ptr<Connection>>()>;

  // A borrowed connection; the destructor gives it back (and lets the next writer in).
  class Lease {
   public:
    Lease(Lease&& other) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease();
    Connection& operator*() const { return *pooled_.connection; }
    Connection* operator->() const { return pooled_.connection.get(); }

   private:
    friend class ConnectionPool;
    Lease(ConnectionPool& pool, Pooled pooled, bool writer)
        : pool_(&pool), pooled_(std::move(pooled)), writer_(writer) {}
    ConnectionPool* pool_;
    Pooled pooled_;  // empty after a move
    bool writer_;
  };

  ConnectionPool(const ConnectionPoolOptions& options, Open open)
      : options_(options), open_(std::move(open)) {}

  // Waits for a connection. Errors: kTimeout (the deadline passed), those of opening one.
  Result<Lease> read(const RequestContext& context) { return take(context, false); }
  Result<Lease> write(const RequestContext& context) {
    return take(context, options_.single_writer);
  }

 private:
  Result<Lease> take(const RequestContext& context, bool writer);
  void giveBack(Pooled pooled, bool writer);
  bool tooOld(const Pooled& pooled) const;

  const ConnectionPoolOptions options_;
  const Open open_;
  Mutex mu_;
  CondVar changed_;
  std::vector<Pooled> idle_ GUARDED_BY(mu_);  // the last is the one used last
  std::size_t count_ GUARDED_BY(mu_) = 0;     // idle, lent, and being opened
  bool writing_ GUARDED_BY(mu_) = false;
};

}  // namespace glint::origin
