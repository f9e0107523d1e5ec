// Metadata definitions as the API shows them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "origin/metadefs/record.h"

namespace glint::metadefs {

// kBare: the answer to a creation shows what is inside a namespace without times and links.
enum class Detail : std::uint8_t { kFull, kBare };

std::string namespaceJson(const Namespace& record, const Content& content,
                          Detail detail = Detail::kFull);

struct ListedNamespace {
  Namespace record;
  std::vector<Association> associations;
};
struct PageLinks {
  std::string first;  // path with query
  std::optional<std::string> next;
};
std::string namespaceListJson(const std::vector<ListedNamespace>& page, const PageLinks& links);
// "/v2/metadefs/namespaces/OS::Compute"
std::string namespacePath(std::string_view name);

std::string objectJson(std::string_view namespace_name, const Object& object);
std::string objectListJson(std::string_view namespace_name, const std::vector<Object>& objects);

// The name is the property's own, whatever its definition says.
std::string propertyJson(const Property& property);
std::string propertyMapJson(const std::vector<Property>& properties);

std::string tagJson(const Tag& tag);
std::string tagListJson(const std::vector<Tag>& tags);

std::string associationJson(const Association& association);
std::string associationListJson(const std::vector<Association>& associations);
std::string resourceTypeListJson(const std::vector<ResourceType>& types);

// The definition file of a namespace; what it does not say is left out.
std::string definitionFile(const Namespace& record, const Content& content);

// Names of properties as resources carry them: with `prefix` before each, also in objects.
void addPrefix(Content& content, std::string_view prefix);

}  // namespace glint::metadefs
