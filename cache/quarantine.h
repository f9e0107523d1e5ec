// Files found wrong, kept for a person to look at: <dir>/quarantine. Bounded in number; their space
// counts as used, and is given up first when a fill needs it.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "base/mutex.h"
#include "cache/space_ledger.h"

namespace glint::cache {

class Quarantine {
 public:
  static constexpr std::size_t kMaxFiles = 4;

  // Takes up what earlier runs left.
  Quarantine(std::string dir, SpaceLedger& ledger);

  // Moves `file` in, with the space it was counted as; the oldest leaves when there are too many. A
  // file that is gone is no error.
  void take(const std::string& file, const std::string& name, SpaceGrant grant);
  // Deletes the oldest. False: there is none.
  bool dropOldest();

 private:
  struct Kept {
    std::string path;
    SpaceGrant grant;
  };
  void keep(const std::string& path, SpaceGrant grant) REQUIRES(mu_);
  bool dropFront() REQUIRES(mu_);

  const std::string dir_;
  Mutex mu_;
  std::deque<Kept> kept_ GUARDED_BY(mu_);
};

}  // namespace glint::cache
