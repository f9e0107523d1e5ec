#include "origin/catalog/metadef_rows.h"

#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "origin/catalog/image_rows.h"

namespace glint::origin {
namespace {

using metadefs::Association;
using metadefs::Namespace;
using metadefs::Object;
using metadefs::Property;
using metadefs::ResourceType;
using metadefs::Tag;

metadefs::Time timeOf(const Value& value) { return fromMicros(integerOf(value)); }
Value nullable(const std::optional<metadefs::Time>& time) {
  return time ? Value(toMicros(*time)) : Value(std::monostate{});
}
std::optional<metadefs::Time> optionalTime(const Value& value) {
  if (std::holds_alternative<std::monostate>(value)) return std::nullopt;
  return timeOf(value);
}

// The table of one kind: the columns that are its own, between the name and the times.
template <class Item>
struct Table;

template <>
struct Table<Property> {
  static constexpr const char* kName = "metadef_properties";
  static constexpr const char* kKey = "name";
  static constexpr std::array<const char*, 1> kColumns = {"definition"};
  static Row values(const Property& item) { return {item.definition}; }
  static Property read(const Row& row) {
    return {textOf(row[0]), textOf(row[1]), timeOf(row[2]), optionalTime(row[3])};
  }
};

template <>
struct Table<Object> {
  static constexpr const char* kName = "metadef_objects";
  static constexpr const char* kKey = "name";
  static constexpr std::array<const char*, 3> kColumns = {"description", "required", "properties"};
  static Row values(const Object& item) {
    const auto required = nlohmann::json(item.required.value_or(std::vector<std::string>{})).dump();
    return {origin::nullable(item.description), required, item.properties.value_or("{}")};
  }
  static Object read(const Row& row) {
    Object object;
    object.name = textOf(row[0]);
    object.description = optionalText(row[1]);
    object.required.emplace();
    const auto required = nlohmann::json::parse(textOf(row[2]), nullptr, false);
    for (const auto& name : required)
      if (name.is_string()) object.required->push_back(name.get<std::string>());
    object.properties = textOf(row[3]);
    object.created_at = timeOf(row[4]);
    object.updated_at = optionalTime(row[5]);
    return object;
  }
};

template <>
struct Table<Tag> {
  static constexpr const char* kName = "metadef_tags";
  static constexpr const char* kKey = "name";
  static constexpr std::array<const char*, 0> kColumns = {};
  static Row values(const Tag&) { return {}; }
  static Tag read(const Row& row) { return {textOf(row[0]), timeOf(row[1]), optionalTime(row[2])}; }
};

template <>
struct Table<Association> {
  static constexpr const char* kName = "metadef_associations";
  static constexpr const char* kKey = "resource_type";
  static constexpr std::array<const char*, 2> kColumns = {"prefix", "properties_target"};
  static Row values(const Association& item) {
    return {origin::nullable(item.prefix), origin::nullable(item.properties_target)};
  }
  static Association read(const Row& row) {
    return {textOf(row[0]), optionalText(row[1]), optionalText(row[2]), timeOf(row[3]),
            optionalTime(row[4])};
  }
};

template <class Item>
std::string selectItems() {
  using Of = Table<Item>;
  std::string columns = Of::kKey;
  for (const char* column : Of::kColumns) columns += std::string(", ") + column;
  return "SELECT " + columns + ", created_at, updated_at FROM " + Of::kName +
         " WHERE namespace_id = :v0";
}

template <class Item>
std::string itemKinds() {
  return std::string(1 + Table<Item>::kColumns.size(), 't') + "ii";
}

std::string placeholder(std::size_t index) { return ":v" + std::to_string(index); }

// The database's words of a constraint are not for clients.
tl::unexpected<Error> failItem(const char* table, const std::string& name, const Error& error) {
  if (error.code == ErrorCode::kConflict)
    return fail(ErrorCode::kConflict, "\"" + name + "\" exists already in this namespace.");
  return failWith(std::string(table), error);
}

constexpr const char* kNamespaceColumns =
    "id, namespace, display_name, description, visibility, protected, owner, created_at, "
    "updated_at";
constexpr const char* kNamespaceKinds = "tttttitii";

Namespace namespaceOf(const Row& row) {
  return {.id = textOf(row[0]),
          .name = textOf(row[1]),
          .display_name = optionalText(row[2]),
          .description = optionalText(row[3]),
          .visibility =
              metadefs::parseVisibility(textOf(row[4])).value_or(metadefs::Visibility::kPrivate),
          .is_protected = integerOf(row[5]) != 0,
          .owner = textOf(row[6]),
          .created_at = timeOf(row[7]),
          .updated_at = optionalTime(row[8])};
}

tl::unexpected<Error> failNamespace(const Namespace& record, const Error& error) {
  if (error.code == ErrorCode::kConflict)
    return fail(ErrorCode::kConflict, "The namespace \"" + record.name + "\" exists already.");
  return failWith("namespace " + record.name, error);
}

struct SortRow {
  const char* expression;
  Value (*value)(const Namespace& record);
};

// How a namespace stands in the order; text and number as the column is.
SortRow sortRow(NamespaceSort sort) {
  switch (sort) {
    case NamespaceSort::kCreatedAt:
      return {"created_at", [](const Namespace& n) { return Value(toMicros(n.created_at)); }};
    case NamespaceSort::kUpdatedAt:
      return {"coalesce(updated_at, 0)", [](const Namespace& n) {
                return Value(n.updated_at ? toMicros(*n.updated_at) : 0LL);
              }};
    case NamespaceSort::kName:
      return {"namespace", [](const Namespace& n) { return Value(n.name); }};
    case NamespaceSort::kDisplayName:
      return {"coalesce(display_name, '')",
              [](const Namespace& n) { return Value(n.display_name.value_or("")); }};
    case NamespaceSort::kDescription:
      return {"coalesce(description, '')",
              [](const Namespace& n) { return Value(n.description.value_or("")); }};
    case NamespaceSort::kVisibility:
      return {"visibility", [](const Namespace& n) { return Value(toString(n.visibility)); }};
    case NamespaceSort::kProtected:
      return {"protected", [](const Namespace& n) { return Value(n.is_protected ? 1LL : 0LL); }};
    case NamespaceSort::kOwner:
      return {"owner", [](const Namespace& n) { return Value(n.owner); }};
    case NamespaceSort::kId:
      return {"id", [](const Namespace& n) { return Value(n.id); }};
  }
  return {"id", [](const Namespace& n) { return Value(n.id); }};
}

// Text and values of a statement, growing together: placeholders must stand in order.
struct Statement {
  std::string text;
  Row values;

  Statement& add(std::string_view part) {
    text += part;
    return *this;
  }
  Statement& bind(Value value) {
    text += placeholder(values.size());
    values.push_back(std::move(value));
    return *this;
  }
};

void addMarker(Statement& statement, const NamespaceQuery& query) {
  if (!query.marker) return;
  const auto key = sortRow(query.sort);
  const char* beyond = query.ascending ? " > " : " < ";
  const auto& marker = *query.marker;
  statement.add(" AND (").add(key.expression).add(beyond).bind(key.value(marker));
  statement.add(" OR (").add(key.expression).add(" = ").bind(key.value(marker));
  statement.add(" AND (created_at").add(beyond).bind(toMicros(marker.created_at));
  statement.add(" OR (created_at = ").bind(toMicros(marker.created_at));
  statement.add(" AND id").add(beyond).bind(marker.id).add("))))");
}

Statement listStatement(const NamespaceQuery& query) {
  Statement statement;
  statement.add("SELECT ").add(kNamespaceColumns).add(" FROM metadef_namespaces WHERE 1 = 1");
  if (!query.admin) {
    statement.add(" AND (visibility = 'public' OR owner = ''");
    if (!query.project.empty()) statement.add(" OR owner = ").bind(query.project);
    statement.add(")");
  }
  if (query.visibility)
    statement.add(" AND visibility = ").bind(std::string(toString(*query.visibility)));
  if (query.resource_types) {
    statement.add(
        " AND id IN (SELECT namespace_id FROM metadef_associations WHERE resource_type IN (");
    for (std::size_t i = 0; i < query.resource_types->size(); ++i)
      statement.add(i == 0 ? "" : ", ").bind((*query.resource_types)[i]);
    statement.add("))");
  }
  addMarker(statement, query);
  const char* direction = query.ascending ? " ASC" : " DESC";
  statement.add(" ORDER BY ").add(sortRow(query.sort).expression).add(direction);
  statement.add(", created_at").add(direction).add(", id").add(direction);
  statement.add(" LIMIT ").bind(static_cast<long long>(query.limit));
  return statement;
}

}  // namespace

template <class Item>
Result<std::vector<Item>> ItemRows<Item>::load(Connection& connection,
                                               const std::string& namespace_id) {
  static const std::string kSql =
      selectItems<Item>() + " ORDER BY created_at, " + Table<Item>::kKey;
  auto rows = connection.query(kSql, {namespace_id}, itemKinds<Item>());
  if (!rows) return failWith(Table<Item>::kName, rows.error());
  std::vector<Item> items;
  items.reserve(rows->size());
  for (const Row& row : *rows) items.push_back(Table<Item>::read(row));
  return items;
}

template <class Item>
Result<std::optional<Item>> ItemRows<Item>::find(Connection& connection,
                                                 const std::string& namespace_id,
                                                 const std::string& name) {
  static const std::string kSql = selectItems<Item>() + " AND " + Table<Item>::kKey + " = :v1";
  auto rows = connection.query(kSql, {namespace_id, name}, itemKinds<Item>());
  if (!rows) return failWith(Table<Item>::kName, rows.error());
  if (rows->empty()) return std::optional<Item>();
  return Table<Item>::read(rows->front());
}

template <class Item>
Status ItemRows<Item>::insert(Connection& connection, const std::string& namespace_id,
                              const Item& item) {
  using Of = Table<Item>;
  std::string columns = std::string("namespace_id, ") + Of::kKey;
  for (const char* column : Of::kColumns) columns += std::string(", ") + column;
  Row values = {namespace_id, item.name};
  for (auto& value : Of::values(item)) values.push_back(std::move(value));
  values.emplace_back(toMicros(item.created_at));
  values.push_back(nullable(item.updated_at));
  std::string sql = std::string("INSERT INTO ") + Of::kName + " (" + columns +
                    ", created_at, updated_at) VALUES (";
  for (std::size_t i = 0; i < values.size(); ++i) sql += (i == 0 ? "" : ", ") + placeholder(i);
  auto done = connection.execute(sql + ")", values);
  if (!done) return failItem(Of::kName, item.name, done.error());
  return {};
}

template <class Item>
Result<bool> ItemRows<Item>::save(Connection& connection, const std::string& namespace_id,
                                  const std::string& name, const Item& item) {
  using Of = Table<Item>;
  Statement statement;
  statement.add("UPDATE ").add(Of::kName).add(" SET ").add(Of::kKey).add(" = ").bind(item.name);
  auto own = Of::values(item);
  for (std::size_t i = 0; i < Of::kColumns.size(); ++i)
    statement.add(", ").add(Of::kColumns[i]).add(" = ").bind(std::move(own[i]));
  statement.add(", updated_at = ").bind(nullable(item.updated_at));
  statement.add(" WHERE namespace_id = ").bind(namespace_id);
  statement.add(" AND ").add(Of::kKey).add(" = ").bind(name);
  auto changed = connection.execute(statement.text, statement.values);
  if (!changed) return failItem(Of::kName, item.name, changed.error());
  return *changed > 0;
}

template <class Item>
Result<bool> ItemRows<Item>::remove(Connection& connection, const std::string& namespace_id,
                                    const std::string& name) {
  static const std::string kSql = std::string("DELETE FROM ") + Table<Item>::kName +
                                  " WHERE namespace_id = :v0 AND " + Table<Item>::kKey + " = :v1";
  auto changed = connection.execute(kSql, {namespace_id, name});
  if (!changed) return failWith(Table<Item>::kName, changed.error());
  return *changed > 0;
}

template <class Item>
Status ItemRows<Item>::removeAll(Connection& connection, const std::string& namespace_id) {
  static const std::string kSql =
      std::string("DELETE FROM ") + Table<Item>::kName + " WHERE namespace_id = :v0";
  auto done = connection.execute(kSql, {namespace_id});
  if (!done) return failWith(Table<Item>::kName, done.error());
  return {};
}

template struct ItemRows<Property>;
template struct ItemRows<Object>;
template struct ItemRows<Tag>;
template struct ItemRows<Association>;

Result<std::optional<Namespace>> loadNamespace(Connection& connection, const std::string& name) {
  static const std::string kSql =
      std::string("SELECT ") + kNamespaceColumns + " FROM metadef_namespaces WHERE namespace = :v0";
  auto rows = connection.query(kSql, {name}, kNamespaceKinds);
  if (!rows) return failWith("namespace " + name, rows.error());
  if (rows->empty()) return std::optional<Namespace>();
  return namespaceOf(rows->front());
}

Result<std::vector<metadefs::ListedNamespace>> loadNamespaces(Connection& connection,
                                                              const NamespaceQuery& query) {
  std::vector<metadefs::ListedNamespace> page;
  if (query.resource_types && query.resource_types->empty()) return page;
  const auto statement = listStatement(query);
  auto rows = connection.query(statement.text, statement.values, kNamespaceKinds);
  if (!rows) return failWith("list namespaces", rows.error());
  for (const Row& row : *rows) {
    auto record = namespaceOf(row);
    auto associations = ItemRows<Association>::load(connection, record.id);
    if (!associations) return tl::unexpected(associations.error());
    page.push_back({std::move(record), std::move(*associations)});
  }
  return page;
}

Result<bool> namespaceExists(Connection& connection, const std::string& id) {
  auto rows = connection.query("SELECT 1 FROM metadef_namespaces WHERE id = :v0", {id}, "i");
  if (!rows) return failWith("namespace " + id, rows.error());
  return !rows->empty();
}

Status insertNamespace(Connection& connection, const Namespace& record) {
  static const std::string kSql = std::string("INSERT INTO metadef_namespaces (") +
                                  kNamespaceColumns +
                                  ") VALUES (:v0, :v1, :v2, :v3, :v4, :v5, :v6, :v7, :v8)";
  auto done = connection.execute(
      kSql, {record.id, record.name, nullable(record.display_name), nullable(record.description),
             std::string(toString(record.visibility)), record.is_protected ? 1LL : 0LL,
             record.owner, toMicros(record.created_at), nullable(record.updated_at)});
  if (!done) return failNamespace(record, done.error());
  return {};
}

Result<bool> saveNamespace(Connection& connection, const Namespace& record) {
  auto changed = connection.execute(
      "UPDATE metadef_namespaces SET namespace = :v0, display_name = :v1, description = :v2, "
      "visibility = :v3, protected = :v4, owner = :v5, updated_at = :v6 WHERE id = :v7",
      {record.name, nullable(record.display_name), nullable(record.description),
       std::string(toString(record.visibility)), record.is_protected ? 1LL : 0LL, record.owner,
       nullable(record.updated_at), record.id});
  if (!changed) return failNamespace(record, changed.error());
  return *changed > 0;
}

Result<bool> deleteNamespace(Connection& connection, const std::string& id) {
  for (const auto& emptied :
       {ItemRows<Association>::removeAll(connection, id),
        ItemRows<Property>::removeAll(connection, id), ItemRows<Object>::removeAll(connection, id),
        ItemRows<Tag>::removeAll(connection, id)})
    if (!emptied) return tl::unexpected(emptied.error());
  auto changed = connection.execute("DELETE FROM metadef_namespaces WHERE id = :v0", {id});
  if (!changed) return failWith("delete namespace " + id, changed.error());
  return *changed > 0;
}

Result<std::vector<ResourceType>> loadResourceTypes(Connection& connection) {
  auto rows = connection.query(
      "SELECT name, protected, created_at, updated_at FROM metadef_resource_types "
      "ORDER BY created_at, name",
      {}, "tiii");
  if (!rows) return failWith("resource types", rows.error());
  std::vector<ResourceType> types;
  for (const Row& row : *rows)
    types.push_back({textOf(row[0]), integerOf(row[1]) != 0, timeOf(row[2]), optionalTime(row[3])});
  return types;
}

Status ensureResourceType(Connection& connection, const std::string& name, metadefs::Time now) {
  auto known =
      connection.query("SELECT 1 FROM metadef_resource_types WHERE name = :v0", {name}, "i");
  if (!known) return failWith("resource type " + name, known.error());
  if (!known->empty()) return {};
  auto done = connection.execute(
      "INSERT INTO metadef_resource_types (name, protected, created_at, updated_at) "
      "VALUES (:v0, 0, :v1, :v2)",
      {name, toMicros(now), toMicros(now)});
  if (!done) return failWith("new resource type " + name, done.error());
  return {};
}

Status protectResourceType(Connection& connection, const std::string& name) {
  auto done = connection.execute(
      "UPDATE metadef_resource_types SET protected = 1, updated_at = NULL WHERE name = :v0 AND "
      "protected = 0",
      {name});
  if (!done) return failWith("protect resource type " + name, done.error());
  return {};
}

Status deleteEverything(Connection& connection) {
  for (const char* statement :
       {"DELETE FROM metadef_associations", "DELETE FROM metadef_properties",
        "DELETE FROM metadef_objects", "DELETE FROM metadef_tags", "DELETE FROM metadef_namespaces",
        "DELETE FROM metadef_resource_types"})
    if (auto done = connection.execute(statement, {}); !done)
      return failWith("delete metadata definitions", done.error());
  return {};
}

}  // namespace glint::origin
