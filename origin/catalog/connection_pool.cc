#include "origin/catalog/connection_pool.h"

#include <algorithm>
#include <chrono>

namespace glint::origin {
namespace {

// Nobody waits longer than this for a connection, whatever his deadline: then the database is
// stuck.
constexpr std::chrono::seconds kPatience{60};

}  // namespace

ConnectionPool::Lease::~Lease() {
  if (connection_) pool_->giveBack(std::move(connection_), writer_);
}

Result<ConnectionPool::Lease> ConnectionPool::take(const RequestContext& context, bool writer) {
  const auto deadline = std::min(context.deadline, std::chrono::steady_clock::now() + kPatience);
  MutexLock lock(mu_);
  while (idle_.empty() || (writer && writing_)) {
    if (!changed_.waitUntil(mu_, deadline) && std::chrono::steady_clock::now() >= deadline)
      return fail(ErrorCode::kTimeout, "no database connection became free in time");
  }
  if (writer) writing_ = true;
  std::unique_ptr<Connection> connection = std::move(idle_.back());
  idle_.pop_back();
  return Lease(*this, std::move(connection), writer);
}

void ConnectionPool::giveBack(std::unique_ptr<Connection> connection, bool writer) {
  MutexLock lock(mu_);
  idle_.push_back(std::move(connection));
  if (writer) writing_ = false;
  changed_.notifyAll();
}

}  // namespace glint::origin
