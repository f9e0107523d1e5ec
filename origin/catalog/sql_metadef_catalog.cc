#include "origin/catalog/sql_metadef_catalog.h"

#include <functional>
#include <type_traits>
#include <utility>

#include "origin/catalog/database.h"
#include "origin/catalog/metadef_rows.h"

namespace glint::origin {
namespace {

using metadefs::Association;
using metadefs::Content;
using metadefs::ListedNamespace;
using metadefs::Namespace;
using metadefs::Object;
using metadefs::Property;
using metadefs::ResourceType;
using metadefs::Tag;

tl::unexpected<Error> noSuchNamespace() {
  return fail(ErrorCode::kNotFound, "The namespace is not there any more.");
}

// Reads in one snapshot.
template <class Action>
auto reading(Database& database, const RequestContext& context, const Action& action)
    -> decltype(action(std::declval<Connection&>())) {
  decltype(action(std::declval<Connection&>())) answer;
  auto done = database.read(context, [&](Connection& connection) -> Status {
    answer = action(connection);
    if (!answer) return tl::unexpected(answer.error());
    return {};
  });
  if (!done) return tl::unexpected(done.error());
  return answer;
}

// Runs `action` in a write transaction that is committed when it succeeds.
Status writing(Database& database, const RequestContext& context,
               const std::function<Status(Connection&)>& action) {
  auto done = database.write(context, [&](Connection& connection) -> Result<bool> {
    if (auto status = action(connection); !status) return tl::unexpected(status.error());
    return true;
  });
  if (!done) return tl::unexpected(done.error());
  return {};
}

// In transactions of their own, so that two who make the same type known do not meet in what they
// do with it.
Status makeKnown(Database& database, const RequestContext& context,
                 const std::vector<Association>& associations) {
  for (const auto& association : associations) {
    auto done = writing(database, context, [&](Connection& connection) {
      return ensureResourceType(connection, association.name, association.created_at);
    });
    if (!done && done.error().code != ErrorCode::kConflict) return done;
  }
  return {};
}

template <class Item>
Status insertAll(Connection& connection, const std::string& namespace_id,
                 const std::vector<Item>& items) {
  for (const Item& item : items) {
    if (auto done = ItemRows<Item>::insert(connection, namespace_id, item); !done) return done;
  }
  return {};
}

template <class Item>
class SqlMetadefItems final : public MetadefItems<Item> {
 public:
  explicit SqlMetadefItems(Database& database) : database_(database) {}

  Result<std::vector<Item>> list(const RequestContext& context,
                                 const std::string& namespace_id) override {
    return reading(database_, context, [&](Connection& connection) {
      return ItemRows<Item>::load(connection, namespace_id);
    });
  }

  Result<std::optional<Item>> find(const RequestContext& context, const std::string& namespace_id,
                                   const std::string& name) override {
    return reading(database_, context, [&](Connection& connection) {
      return ItemRows<Item>::find(connection, namespace_id, name);
    });
  }

  Status add(const RequestContext& context, const std::string& namespace_id,
             const std::vector<Item>& items, Existing existing) override {
    if constexpr (std::is_same_v<Item, Association>)
      if (auto known = makeKnown(database_, context, items); !known) return known;
    return writing(database_, context, [&](Connection& connection) -> Status {
      const auto there = namespaceExists(connection, namespace_id);
      if (!there) return tl::unexpected(there.error());
      if (!*there) return noSuchNamespace();
      if (existing == Existing::kReplaced)
        if (auto done = ItemRows<Item>::removeAll(connection, namespace_id); !done) return done;
      return insertAll(connection, namespace_id, items);
    });
  }

  Status update(const RequestContext& context, const std::string& namespace_id,
                const std::string& name, const Item& item) override {
    return writing(database_, context, [&](Connection& connection) -> Status {
      return found(ItemRows<Item>::save(connection, namespace_id, name, item), name);
    });
  }

  Status remove(const RequestContext& context, const std::string& namespace_id,
                const std::string& name) override {
    return writing(database_, context, [&](Connection& connection) -> Status {
      return found(ItemRows<Item>::remove(connection, namespace_id, name), name);
    });
  }

  Status removeAll(const RequestContext& context, const std::string& namespace_id) override {
    return writing(database_, context, [&](Connection& connection) {
      return ItemRows<Item>::removeAll(connection, namespace_id);
    });
  }

 private:
  static Status found(const Result<bool>& changed, const std::string& name) {
    if (!changed) return tl::unexpected(changed.error());
    if (!*changed)
      return fail(ErrorCode::kNotFound, "There is no \"" + name + "\" in this namespace.");
    return {};
  }

  Database& database_;
};

class SqlMetadefCatalog final : public MetadefCatalog {
 public:
  explicit SqlMetadefCatalog(std::shared_ptr<Database> database)
      : database_(std::move(database)),
        properties_(*database_),
        objects_(*database_),
        tags_(*database_),
        associations_(*database_) {}

  Status createNamespace(const RequestContext& context, const Namespace& record,
                         const Content& content) override {
    if (auto known = makeKnown(*database_, context, content.associations); !known) return known;
    return writing(*database_, context, [&](Connection& connection) -> Status {
      if (auto done = insertNamespace(connection, record); !done) return done;
      if (auto done = insertAll(connection, record.id, content.associations); !done) return done;
      if (auto done = insertAll(connection, record.id, content.properties); !done) return done;
      if (auto done = insertAll(connection, record.id, content.objects); !done) return done;
      return insertAll(connection, record.id, content.tags);
    });
  }

  Result<std::optional<Namespace>> findNamespace(const RequestContext& context,
                                                 const std::string& name) override {
    return reading(*database_, context,
                   [&](Connection& connection) { return loadNamespace(connection, name); });
  }

  Result<std::vector<ListedNamespace>> listNamespaces(const RequestContext& context,
                                                      const NamespaceQuery& query) override {
    return reading(*database_, context,
                   [&](Connection& connection) { return loadNamespaces(connection, query); });
  }

  Status updateNamespace(const RequestContext& context, const Namespace& record) override {
    return writing(*database_, context, [&](Connection& connection) -> Status {
      const auto changed = saveNamespace(connection, record);
      if (!changed) return tl::unexpected(changed.error());
      if (!*changed) return noSuchNamespace();
      return {};
    });
  }

  Status removeNamespace(const RequestContext& context, const std::string& namespace_id) override {
    return writing(*database_, context, [&](Connection& connection) -> Status {
      const auto changed = deleteNamespace(connection, namespace_id);
      if (!changed) return tl::unexpected(changed.error());
      if (!*changed) return noSuchNamespace();
      return {};
    });
  }

  Result<Content> content(const RequestContext& context, const std::string& id) override {
    return reading(*database_, context, [&](Connection& connection) -> Result<Content> {
      auto associations = ItemRows<Association>::load(connection, id);
      if (!associations) return tl::unexpected(associations.error());
      auto properties = ItemRows<Property>::load(connection, id);
      if (!properties) return tl::unexpected(properties.error());
      auto objects = ItemRows<Object>::load(connection, id);
      if (!objects) return tl::unexpected(objects.error());
      auto tags = ItemRows<Tag>::load(connection, id);
      if (!tags) return tl::unexpected(tags.error());
      return Content{std::move(*associations), std::move(*properties), std::move(*objects),
                     std::move(*tags)};
    });
  }

  MetadefItems<Property>& properties() override { return properties_; }
  MetadefItems<Object>& objects() override { return objects_; }
  MetadefItems<Tag>& tags() override { return tags_; }
  MetadefItems<Association>& associations() override { return associations_; }

  Result<std::vector<ResourceType>> resourceTypes(const RequestContext& context) override {
    return reading(*database_, context,
                   [](Connection& connection) { return loadResourceTypes(connection); });
  }

  Status protectResourceTypes(const RequestContext& context,
                              const std::vector<std::string>& names) override {
    return writing(*database_, context, [&](Connection& connection) -> Status {
      for (const auto& name : names)
        if (auto done = protectResourceType(connection, name); !done) return done;
      return {};
    });
  }

  Status removeEverything(const RequestContext& context) override {
    return writing(*database_, context,
                   [](Connection& connection) { return deleteEverything(connection); });
  }

 private:
  const std::shared_ptr<Database> database_;
  SqlMetadefItems<Property> properties_;
  SqlMetadefItems<Object> objects_;
  SqlMetadefItems<Tag> tags_;
  SqlMetadefItems<Association> associations_;
};

}  // namespace

std::unique_ptr<MetadefCatalog> sqlMetadefCatalog(std::shared_ptr<Database> database) {
  return std::make_unique<SqlMetadefCatalog>(std::move(database));
}

Result<std::unique_ptr<MetadefCatalog>> openSqlMetadefCatalog(const DatabaseOptions& options) {
  auto database = Database::open(options);
  if (!database) return tl::unexpected(database.error());
  return sqlMetadefCatalog(std::move(*database));
}

}  // namespace glint::origin
