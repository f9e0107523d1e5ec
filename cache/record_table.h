// A few small records that survive restarts: keys and values as bytes, in a LevelDB of their own.
//
// Threads: any; calls block on disk. A record is on disk when put() or erase() has returned.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace glint::cache {

class RecordTable {
 public:
  using Record = std::pair<std::string, std::string>;  // key, value
  struct Opened;
  // Opens or creates the table in `dir` and reads it whole. What is damaged is left out; a table
  // that cannot be read at all is begun anew, with a warning in the log. Errors: kInternal (not
  // even a new one can be made).
  static Result<Opened> open(const std::string& dir);
  virtual ~RecordTable() = default;

  virtual Status put(std::string_view key, std::string_view value) = 0;
  virtual Status erase(std::string_view key) = 0;
};

struct RecordTable::Opened {
  std::unique_ptr<RecordTable> table;
  std::vector<Record> records;  // in the order of their keys
};

}  // namespace glint::cache
