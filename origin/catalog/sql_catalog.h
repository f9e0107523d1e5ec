// The catalog over a SQL database.
#pragma once

#include <memory>

#include "base/result.h"
#include "origin/catalog/catalog.h"
#include "origin/catalog/database_options.h"

namespace glint::origin {

class Database;

// The database is shared with whatever else keeps rows in it.
std::unique_ptr<Catalog> sqlCatalog(std::shared_ptr<Database> database);

// Opens the database (see Database::open) for a catalog alone.
Result<std::unique_ptr<Catalog>> openSqlCatalog(const DatabaseOptions& options);

}  // namespace glint::origin
