// The store's index on disk: a LevelDB of content, use and alias records (docs/cache-format.md).
//
// Threads: any; calls block on disk. After a write that failed (full disk) the database is opened
// anew before the next one, because LevelDB itself refuses every further write.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "cache/index_record.h"

namespace glint::cache {

struct IndexChanges {
  std::vector<ContentRecord> contents;
  std::vector<ContentName> forgotten;  // content and use records
  std::vector<UseRecord> uses;
  std::vector<AliasRecord> aliases;
  std::vector<std::string> forgotten_aliases;  // image ids
  bool empty() const;
};

struct IndexSnapshot {
  std::vector<ContentRecord> contents;
  std::vector<UseRecord> uses;
  std::vector<AliasRecord> aliases;
  std::uint64_t damaged_records = 0;  // deleted from the index
};

enum class Sync : std::uint8_t { kNo, kYes };

class Index {
 public:
  struct Opened {
    std::unique_ptr<Index> index;
    IndexSnapshot snapshot;
    bool salvaged = false;  // damage was left out, the rest is intact
  };
  // Opens or creates the database in `dir` and reads it whole.
  // Errors: kCorrupt (damaged beyond leaving something out, or another format), kInternal.
  static Result<Opened> open(const std::string& dir);
  ~Index();

  // All or nothing. Errors: kNoSpace, kInternal.
  Status apply(const IndexChanges& changes, Sync sync);

 private:
  struct Impl;
  explicit Index(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace glint::cache
