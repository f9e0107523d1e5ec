// Edges in a SQL database.
#pragma once

#include <memory>

#include "origin/catalog/edge_catalog.h"

namespace glint::origin {

class Database;

// The database is shared with whatever else keeps rows in it.
std::unique_ptr<EdgeCatalog> sqlEdgeCatalog(std::shared_ptr<Database> database);

}  // namespace glint::origin
