// The catalog of metadata definitions over a SQL database.
#pragma once

#include <memory>

#include "base/result.h"
#include "origin/catalog/database_options.h"
#include "origin/catalog/metadef_catalog.h"

namespace glint::origin {

class Database;

// The database is shared with whatever else keeps rows in it.
std::unique_ptr<MetadefCatalog> sqlMetadefCatalog(std::shared_ptr<Database> database);

// Opens the database (see Database::open) for this catalog alone.
Result<std::unique_ptr<MetadefCatalog>> openSqlMetadefCatalog(const DatabaseOptions& options);

}  // namespace glint::origin
