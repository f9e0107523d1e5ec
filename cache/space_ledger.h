// Who has how much of the cache's capacity. Space is taken before a byte is written, as a guard
// object that gives it back when it goes.
//
// Threads: any. Grants may outlive everything but the ledger, which they share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "base/mutex.h"

namespace glint::cache {

enum class SpaceUse : std::uint8_t {
  kReserved,  // being filled
  kStored,    // findable
  kLeaving,   // forgotten, but a reader still has the file open; or in quarantine
};

struct SpaceTotals {
  std::uint64_t reserved = 0;
  std::uint64_t stored = 0;
  std::uint64_t leaving = 0;
  std::uint64_t unwritten = 0;  // reserved bytes that the file system does not know of yet
  std::uint64_t sum() const { return reserved + stored + leaving; }
};

class SpaceLedger;

class SpaceGrant {
 public:
  SpaceGrant() = default;
  SpaceGrant(SpaceGrant&& other) noexcept;
  SpaceGrant& operator=(SpaceGrant&& other) noexcept;
  ~SpaceGrant() { giveBack(); }

  std::uint64_t bytes() const { return bytes_; }
  void noteWritten(std::uint64_t bytes);  // more than was reserved is not counted
  void become(SpaceUse use);
  void giveBack();

 private:
  friend class SpaceLedger;
  SpaceGrant(std::shared_ptr<SpaceLedger> ledger, SpaceUse use, std::uint64_t bytes)
      : ledger_(std::move(ledger)), use_(use), bytes_(bytes) {}

  std::shared_ptr<SpaceLedger> ledger_;
  SpaceUse use_ = SpaceUse::kReserved;
  std::uint64_t bytes_ = 0;
  std::uint64_t unwritten_ = 0;
};

class SpaceLedger : public std::enable_shared_from_this<SpaceLedger> {
 public:
  static std::shared_ptr<SpaceLedger> create(std::uint64_t capacity_bytes);

  // nullopt: it does not fit.
  std::optional<SpaceGrant> reserve(std::uint64_t bytes);
  // What is on disk already at start-up, even when it is more than the capacity.
  SpaceGrant admit(SpaceUse use, std::uint64_t bytes);

  SpaceTotals totals() const;
  std::uint64_t capacityBytes() const { return capacity_bytes_; }

 private:
  friend class SpaceGrant;
  explicit SpaceLedger(std::uint64_t capacity_bytes) : capacity_bytes_(capacity_bytes) {}
  std::uint64_t& slot(SpaceUse use) REQUIRES(mu_);

  const std::uint64_t capacity_bytes_;
  mutable Mutex mu_;
  SpaceTotals totals_ GUARDED_BY(mu_);
};

}  // namespace glint::cache
