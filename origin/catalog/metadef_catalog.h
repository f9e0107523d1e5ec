// The catalog of metadata definitions: namespaces, and what is in them.
//
// Times and ids are stored as given: the caller says when something was made or changed. Within a
// namespace, things are told in the order of their created_at (then name), so what is made at once
// is given different times.
//
// Threads and errors of all methods: those of Catalog. Others are named per method. A namespace is
// named by its id, which stays when it is renamed; one that is gone is kNotFound.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/context.h"
#include "base/result.h"
#include "origin/metadefs/json.h"
#include "origin/metadefs/record.h"

namespace glint::origin {

enum class NamespaceSort : std::uint8_t {
  kCreatedAt,
  kUpdatedAt,
  kName,
  kDisplayName,
  kDescription,
  kVisibility,
  kProtected,
  kOwner,
  kId,
};

struct NamespaceQuery {
  // Who asks. An admin sees every namespace; others their project's, public ones, nobody's.
  bool admin = false;
  std::string project{};
  std::optional<metadefs::Visibility> visibility{};
  std::optional<std::vector<std::string>> resource_types{};  // associated with any of them
  // Ties are broken by created_at and id, in the same direction. What is unset sorts as "" or 0.
  NamespaceSort sort = NamespaceSort::kCreatedAt;
  bool ascending = false;
  std::size_t limit = 25;
  std::optional<metadefs::Namespace> marker{};  // the page begins after it
};

// What becomes of the things that are there when others are added.
enum class Existing : std::uint8_t { kKept, kReplaced };

// The things of one kind in namespaces.
template <class Item>
class MetadefItems {
 public:
  virtual ~MetadefItems() = default;
  virtual Result<std::vector<Item>> list(const RequestContext& context,
                                         const std::string& namespace_id) = 0;
  // nullopt: there is none of that name.
  virtual Result<std::optional<Item>> find(const RequestContext& context,
                                           const std::string& namespace_id,
                                           const std::string& name) = 0;
  // All or none. Errors: kConflict (a name is taken, or given twice), kNotFound.
  virtual Status add(const RequestContext& context, const std::string& namespace_id,
                     const std::vector<Item>& items, Existing existing) = 0;
  // Replaces all but created_at; the name may become another.
  // Errors: kNotFound (no such thing), kConflict (the new name is taken).
  virtual Status update(const RequestContext& context, const std::string& namespace_id,
                        const std::string& name, const Item& item) = 0;
  // Errors: kNotFound.
  virtual Status remove(const RequestContext& context, const std::string& namespace_id,
                        const std::string& name) = 0;
  virtual Status removeAll(const RequestContext& context, const std::string& namespace_id) = 0;
};

class MetadefCatalog {
 public:
  virtual ~MetadefCatalog() = default;

  // With everything in it, or not at all. Errors: kConflict (the name is taken, or one inside is
  // given twice).
  virtual Status createNamespace(const RequestContext& context, const metadefs::Namespace& record,
                                 const metadefs::Content& content) = 0;
  // nullopt: there is none of that name.
  virtual Result<std::optional<metadefs::Namespace>> findNamespace(const RequestContext& context,
                                                                   const std::string& name) = 0;
  virtual Result<std::vector<metadefs::ListedNamespace>> listNamespaces(
      const RequestContext& context, const NamespaceQuery& query) = 0;
  // Replaces all but id and created_at. Errors: kNotFound, kConflict (the new name is taken).
  virtual Status updateNamespace(const RequestContext& context,
                                 const metadefs::Namespace& record) = 0;
  // With everything in it. Errors: kNotFound.
  virtual Status removeNamespace(const RequestContext& context,
                                 const std::string& namespace_id) = 0;
  virtual Result<metadefs::Content> content(const RequestContext& context,
                                            const std::string& namespace_id) = 0;

  virtual MetadefItems<metadefs::Property>& properties() = 0;
  virtual MetadefItems<metadefs::Object>& objects() = 0;
  virtual MetadefItems<metadefs::Tag>& tags() = 0;
  // By the name of the resource type, which becomes known on the way.
  virtual MetadefItems<metadefs::Association>& associations() = 0;

  // All types that were ever associated.
  virtual Result<std::vector<metadefs::ResourceType>> resourceTypes(
      const RequestContext& context) = 0;
  // Marks the types that are known as the system's own.
  virtual Status protectResourceTypes(const RequestContext& context,
                                      const std::vector<std::string>& names) = 0;
  // Every namespace with its content, and every resource type.
  virtual Status removeEverything(const RequestContext& context) = 0;
};

}  // namespace glint::origin
