#include "origin/catalog/connection_pool.h"

#include <algorithm>
#include <utility>

namespace glint::origin {
namespace {

using std::chrono::steady_clock;

// A connection beyond those that are kept is closed when nobody needed it for so long.
constexpr std::chrono::seconds kIdle{30};

}  // namespace

ConnectionPool::Lease::~Lease() {
  if (pooled_.connection) pool_->giveBack(std::move(pooled_), writer_);
}

bool ConnectionPool::tooOld(const Pooled& pooled) const {
  return options_.recycle.count() >= 0 && steady_clock::now() - pooled.opened > options_.recycle;
}

Result<ConnectionPool::Lease> ConnectionPool::take(const RequestContext& context, bool writer) {
  const auto deadline = std::min(context.deadline, steady_clock::now() + options_.patience);
  Pooled pooled;
  Pooled replaced;  // is closed without the lock
  {
    MutexLock lock(mu_);
    while ((idle_.empty() && count_ >= options_.most) || (writer && writing_)) {
      if (!changed_.waitUntil(mu_, deadline) && steady_clock::now() >= deadline)
        return fail(ErrorCode::kTimeout, "no database connection became free in time");
    }
    if (writer) writing_ = true;
    if (idle_.empty()) {
      ++count_;
    } else {
      pooled = std::move(idle_.back());
      idle_.pop_back();
      if (tooOld(pooled)) std::swap(pooled, replaced);
    }
  }
  if (pooled.connection) return Lease(*this, std::move(pooled), writer);
  replaced.connection.reset();
  auto opened = open_();
  if (!opened) {
    giveBack({}, writer);
    return tl::unexpected(std::move(opened.error()));
  }
  const auto now = steady_clock::now();
  return Lease(*this, {.connection = std::move(*opened), .opened = now, .used = now}, writer);
}

void ConnectionPool::giveBack(Pooled pooled, bool writer) {
  std::vector<Pooled> closed;  // without the lock
  {
    MutexLock lock(mu_);
    const auto now = steady_clock::now();
    if (!pooled.connection) {
      --count_;
    } else if (pooled.connection->trouble() == Trouble::kLost) {
      closed = std::move(idle_);
      idle_.clear();
      closed.push_back(std::move(pooled));
    } else {
      pooled.used = now;
      idle_.push_back(std::move(pooled));
      if (idle_.size() > options_.kept && now - idle_.front().used > kIdle) {
        closed.push_back(std::move(idle_.front()));
        idle_.erase(idle_.begin());
      }
    }
    count_ -= closed.size();
    if (writer) writing_ = false;
    changed_.notifyAll();
  }
}

}  // namespace glint::origin
