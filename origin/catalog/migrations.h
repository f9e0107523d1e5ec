// The schema's versions. A migration is never changed once released; a new one is appended.
//
// Where the database undoes schema changes with a transaction, a step is done or not done. Where it
// does not (MariaDB), the step is noted before it begins, and a step that was cut short is found
// and refused.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "origin/catalog/dialect.h"

namespace glint::origin {

class Connection;

struct Migration {
  int version;  // 1, 2, … without gaps; stored in the database, never renumber
  const char* title;
  std::vector<std::string> (*statements)(const Dialect&);
};

// Oldest first.
std::span<const Migration> migrations();
int newestVersion();

// The version of the database; 0: it is empty. Changes nothing.
// Errors: kConflict (newer than this program, written by another one, or half migrated; the message
// says what to do).
Result<int> schemaVersion(Connection& connection);

// Brings the database to the newest version, or to `last` for tests and for careful operators;
// several processes may try at once. Returns the version reached.
// Errors: as schemaVersion(); kInternal (a statement was refused).
Result<int> migrate(Connection& connection, std::optional<int> last = std::nullopt);

}  // namespace glint::origin
