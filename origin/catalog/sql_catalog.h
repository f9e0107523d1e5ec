// The catalog over a SQL database.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "base/result.h"
#include "origin/catalog/catalog.h"

namespace glint::origin {

struct SqlCatalogOptions {
  std::string connection;       // "sqlite:////absolute/path" as [database] connection has it
  std::size_t connections = 8;  // at least 2
  bool durable = true;          // a commit is on disk before it is answered
};

// Opens the database, creates it if need be, and brings its schema to the newest version.
// Errors: kInvalidArgument (a connection URL Glint does not know), kConflict (the schema is newer
// than this program), kForbidden, kCorrupt, kInternal.
Result<std::unique_ptr<Catalog>> openSqlCatalog(const SqlCatalogOptions& options);

}  // namespace glint::origin
