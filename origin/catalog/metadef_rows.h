// Rows of metadata definitions. Private to catalog/.
//
// Threads and errors: those of the connection.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "origin/catalog/metadef_catalog.h"
#include "origin/catalog/sql_connection.h"
#include "origin/metadefs/record.h"

namespace glint::origin {

Result<std::optional<metadefs::Namespace>> loadNamespace(Connection& connection,
                                                         const std::string& name);
Result<std::vector<metadefs::ListedNamespace>> loadNamespaces(Connection& connection,
                                                              const NamespaceQuery& query);
Result<bool> namespaceExists(Connection& connection, const std::string& id);
// Errors: kConflict (the name is taken).
Status insertNamespace(Connection& connection, const metadefs::Namespace& record);
// False: there is no such namespace. Errors: kConflict (the name is taken).
Result<bool> saveNamespace(Connection& connection, const metadefs::Namespace& record);
Result<bool> deleteNamespace(Connection& connection, const std::string& id);

// The things of one kind: Property, Object, Tag or Association.
template <class Item>
struct ItemRows {
  static Result<std::vector<Item>> load(Connection& connection, const std::string& namespace_id);
  static Result<std::optional<Item>> find(Connection& connection, const std::string& namespace_id,
                                          const std::string& name);
  // Errors: kConflict (the name is taken).
  static Status insert(Connection& connection, const std::string& namespace_id, const Item& item);
  // False: there is no such thing. Errors: kConflict (the new name is taken).
  static Result<bool> save(Connection& connection, const std::string& namespace_id,
                           const std::string& name, const Item& item);
  static Result<bool> remove(Connection& connection, const std::string& namespace_id,
                             const std::string& name);
  static Status removeAll(Connection& connection, const std::string& namespace_id);
};

Result<std::vector<metadefs::ResourceType>> loadResourceTypes(Connection& connection);
// Makes the type known unless it is.
Status ensureResourceType(Connection& connection, const std::string& name, metadefs::Time now);
Status protectResourceType(Connection& connection, const std::string& name);
Status deleteEverything(Connection& connection);

}  // namespace glint::origin
