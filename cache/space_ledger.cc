#include "cache/space_ledger.h"

#include <algorithm>

#include "base/check.h"

namespace glint::cache {

SpaceGrant::SpaceGrant(SpaceGrant&& other) noexcept
    : ledger_(std::move(other.ledger_)),
      use_(other.use_),
      bytes_(std::exchange(other.bytes_, 0)),
      unwritten_(std::exchange(other.unwritten_, 0)) {}

SpaceGrant& SpaceGrant::operator=(SpaceGrant&& other) noexcept {
  if (this == &other) return *this;
  giveBack();
  ledger_ = std::move(other.ledger_);
  use_ = other.use_;
  bytes_ = std::exchange(other.bytes_, 0);
  unwritten_ = std::exchange(other.unwritten_, 0);
  return *this;
}

void SpaceGrant::noteWritten(std::uint64_t bytes) {
  if (!ledger_) return;
  MutexLock lock(ledger_->mu_);
  const std::uint64_t known = std::min(bytes, unwritten_);
  unwritten_ -= known;
  ledger_->totals_.unwritten -= known;
}

void SpaceGrant::become(SpaceUse use) {
  if (!ledger_) return;
  MutexLock lock(ledger_->mu_);
  ledger_->slot(use_) -= bytes_;
  ledger_->slot(use) += bytes_;
  ledger_->totals_.unwritten -= std::exchange(unwritten_, 0);
  use_ = use;
}

void SpaceGrant::giveBack() {
  if (!ledger_) return;
  {
    MutexLock lock(ledger_->mu_);
    ledger_->slot(use_) -= std::exchange(bytes_, 0);
    ledger_->totals_.unwritten -= std::exchange(unwritten_, 0);
  }
  ledger_.reset();
}

std::shared_ptr<SpaceLedger> SpaceLedger::create(std::uint64_t capacity_bytes) {
  return std::shared_ptr<SpaceLedger>(new SpaceLedger(capacity_bytes));
}

std::optional<SpaceGrant> SpaceLedger::reserve(std::uint64_t bytes) {
  MutexLock lock(mu_);
  const std::uint64_t used = totals_.sum();
  if (used > capacity_bytes_ || bytes > capacity_bytes_ - used) return std::nullopt;
  totals_.reserved += bytes;
  totals_.unwritten += bytes;
  SpaceGrant grant(shared_from_this(), SpaceUse::kReserved, bytes);
  grant.unwritten_ = bytes;
  return grant;
}

SpaceGrant SpaceLedger::admit(SpaceUse use, std::uint64_t bytes) {
  MutexLock lock(mu_);
  slot(use) += bytes;
  return {shared_from_this(), use, bytes};
}

SpaceTotals SpaceLedger::totals() const {
  MutexLock lock(mu_);
  return totals_;
}

std::uint64_t& SpaceLedger::slot(SpaceUse use) {
  switch (use) {
    case SpaceUse::kReserved:
      return totals_.reserved;
    case SpaceUse::kStored:
      return totals_.stored;
    case SpaceUse::kLeaving:
      return totals_.leaving;
  }
  checkFailed("use", "space use is known", __FILE__, __LINE__);
}

}  // namespace glint::cache
