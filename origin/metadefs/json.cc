#include "origin/metadefs/json.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "http/json.h"
#include "image/time_text.h"

namespace glint::metadefs {
namespace {

using nlohmann::json;

constexpr const char* kNamespaces = "/v2/metadefs/namespaces";
constexpr int kFileIndent = 4;

// What the catalog holds was checked on its way in.
json parsed(const std::string& text) {
  auto value = json::parse(text, nullptr, false);
  return value.is_object() ? value : json::object();
}

void put(json& object, const char* name, const std::optional<std::string>& text) {
  if (text) object[name] = *text;
}

template <class Record>
void putTimes(json& object, const Record& record) {
  object["created_at"] = image::formatTime(record.created_at);
  if (record.updated_at) object["updated_at"] = image::formatTime(*record.updated_at);
}

json associationOf(const Association& association, Detail detail) {
  json object = {{"name", association.name}};
  put(object, "prefix", association.prefix);
  put(object, "properties_target", association.properties_target);
  if (detail == Detail::kFull) putTimes(object, association);
  return object;
}

json objectOf(std::string_view namespace_name, const Object& object, Detail detail) {
  json shown = {{"name", object.name}};
  put(shown, "description", object.description);
  if (object.required) shown["required"] = *object.required;
  if (object.properties) shown["properties"] = parsed(*object.properties);
  if (detail == Detail::kBare) return shown;
  putTimes(shown, object);
  shown["self"] = namespacePath(namespace_name) + "/objects/" + object.name;
  shown["schema"] = "/v2/schemas/metadefs/object";
  return shown;
}

json tagNames(const std::vector<Tag>& tags) {
  auto list = json::array();
  for (const auto& tag : tags) list.push_back({{"name", tag.name}});
  return list;
}

json propertyMap(const std::vector<Property>& properties) {
  auto map = json::object();
  for (const auto& property : properties) map[property.name] = parsed(property.definition);
  return map;
}

json associationsOf(const std::vector<Association>& associations, Detail detail) {
  auto list = json::array();
  for (const auto& each : associations) list.push_back(associationOf(each, detail));
  return list;
}

json attributesOf(const Namespace& record) {
  json object = {{"namespace", record.name},
                 {"visibility", toString(record.visibility)},
                 {"protected", record.is_protected}};
  put(object, "display_name", record.display_name);
  put(object, "description", record.description);
  return object;
}

json namespaceOf(const Namespace& record, const std::vector<Association>& associations,
                 Detail detail) {
  auto object = attributesOf(record);
  if (!record.owner.empty()) object["owner"] = record.owner;
  putTimes(object, record);
  if (!associations.empty())
    object["resource_type_associations"] = associationsOf(associations, detail);
  object["self"] = namespacePath(record.name);
  object["schema"] = "/v2/schemas/metadefs/namespace";
  return object;
}

}  // namespace

std::string namespacePath(std::string_view name) {
  return std::string(kNamespaces) + "/" + std::string(name);
}

std::string namespaceJson(const Namespace& record, const Content& content, Detail detail) {
  auto object = namespaceOf(record, content.associations, detail);
  if (!content.properties.empty()) object["properties"] = propertyMap(content.properties);
  for (const auto& each : content.objects)
    object["objects"].push_back(objectOf(record.name, each, detail));
  if (!content.tags.empty()) object["tags"] = tagNames(content.tags);
  return http::dumpJson(object);
}

std::string namespaceListJson(const std::vector<ListedNamespace>& page, const PageLinks& links) {
  auto list = json::array();
  for (const auto& each : page)
    list.push_back(namespaceOf(each.record, each.associations, Detail::kFull));
  json answer = {{"namespaces", std::move(list)},
                 {"first", links.first},
                 {"schema", "/v2/schemas/metadefs/namespaces"}};
  put(answer, "next", links.next);
  return http::dumpJson(answer);
}

std::string objectJson(std::string_view namespace_name, const Object& object) {
  return http::dumpJson(objectOf(namespace_name, object, Detail::kFull));
}

std::string objectListJson(std::string_view namespace_name, const std::vector<Object>& objects) {
  auto list = json::array();
  for (const auto& each : objects) list.push_back(objectOf(namespace_name, each, Detail::kFull));
  // Without a slash before it: so the reference writes it.
  return http::dumpJson({{"objects", std::move(list)}, {"schema", "v2/schemas/metadefs/objects"}});
}

std::string propertyJson(const Property& property) {
  auto object = parsed(property.definition);
  object["name"] = property.name;
  return http::dumpJson(object);
}

std::string propertyMapJson(const std::vector<Property>& properties) {
  return http::dumpJson({{"properties", propertyMap(properties)}});
}

std::string tagJson(const Tag& tag) {
  json object = {{"name", tag.name}};
  putTimes(object, tag);
  return http::dumpJson(object);
}

std::string tagListJson(const std::vector<Tag>& tags) {
  return http::dumpJson({{"tags", tagNames(tags)}});
}

std::string associationJson(const Association& association) {
  return http::dumpJson(associationOf(association, Detail::kFull));
}

std::string associationListJson(const std::vector<Association>& associations) {
  return http::dumpJson(
      {{"resource_type_associations", associationsOf(associations, Detail::kFull)}});
}

std::string resourceTypeListJson(const std::vector<ResourceType>& types) {
  auto list = json::array();
  for (const auto& type : types) {
    json object = {{"name", type.name}};
    putTimes(object, type);
    list.push_back(std::move(object));
  }
  return http::dumpJson({{"resource_types", std::move(list)}});
}

std::string definitionFile(const Namespace& record, const Content& content) {
  auto file = attributesOf(record);
  if (!content.associations.empty())
    file["resource_type_associations"] = associationsOf(content.associations, Detail::kBare);
  if (!content.properties.empty()) file["properties"] = propertyMap(content.properties);
  for (const auto& each : content.objects)
    file["objects"].push_back(objectOf(record.name, each, Detail::kBare));
  if (!content.tags.empty()) file["tags"] = tagNames(content.tags);
  return file.dump(kFileIndent, ' ', false, json::error_handler_t::replace) + "\n";
}

void addPrefix(Content& content, std::string_view prefix) {
  if (prefix.empty()) return;
  const auto prefixed = [prefix](const std::string& name) { return std::string(prefix) + name; };
  for (auto& property : content.properties) property.name = prefixed(property.name);
  for (auto& object : content.objects) {
    if (object.required)
      for (auto& name : *object.required) name = prefixed(name);
    if (!object.properties) continue;
    auto renamed = json::object();
    const auto map = parsed(*object.properties);
    for (const auto& item : map.items()) renamed[prefixed(item.key())] = item.value();
    object.properties = http::dumpJson(renamed);
  }
}

}  // namespace glint::metadefs
