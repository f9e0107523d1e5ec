// The schema's versions. A migration is never changed once released; a new one is appended.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace glint::origin {

class Connection;

struct Migration {
  int version;  // 1, 2, … without gaps; stored in the database, never renumber
  const char* title;
  std::vector<std::string> statements;
};

std::span<const Migration> migrations();

// Brings the database to the newest version, each step in a transaction of its own; several
// processes may try at once. Returns the version reached.
// Errors: kConflict (the database is newer than this program; the message says what to do).
Result<int> migrate(Connection& connection);

}  // namespace glint::origin
