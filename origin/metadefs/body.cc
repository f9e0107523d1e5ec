#include "origin/metadefs/body.h"

#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "http/json.h"
#include "origin/metadefs/fields.h"

namespace glint::metadefs {
namespace {

using nlohmann::json;

constexpr http::JsonLimits kFileLimits = {.max_bytes = 16u << 20};
constexpr const char* kFileOwner = "admin";

std::optional<std::string> textOf(const json& body, const char* name) {
  const auto found = body.find(name);
  if (found == body.end()) return std::nullopt;
  return found->get<std::string>();
}

Property propertyOf(const std::string& name, const json& definition) {
  return {
      .name = name, .definition = http::dumpJson(definition), .created_at = {}, .updated_at = {}};
}

Object objectOf(const json& body) {
  Object object;
  object.name = body["name"].get<std::string>();
  object.description = textOf(body, "description");
  if (const auto required = body.find("required"); required != body.end())
    object.required = required->get<std::vector<std::string>>();
  if (const auto properties = body.find("properties"); properties != body.end())
    object.properties = http::dumpJson(*properties);
  return object;
}

Tag tagOf(const json& body) {
  Tag tag;
  tag.name = body["name"].get<std::string>();
  return tag;
}

Association associationOf(const json& body) {
  Association association;
  association.name = body["name"].get<std::string>();
  association.prefix = textOf(body, "prefix");
  association.properties_target = textOf(body, "properties_target");
  return association;
}

NamespaceDraft namespaceOf(const json& body) {
  NamespaceDraft draft;
  auto& record = draft.record;
  record.name = body["namespace"].get<std::string>();
  record.display_name = textOf(body, "display_name");
  record.description = textOf(body, "description");
  record.visibility = parseVisibility(textOf(body, "visibility").value_or("private"))
                          .value_or(Visibility::kPrivate);
  record.is_protected = body.value("protected", false);
  record.owner = textOf(body, "owner").value_or(std::string());
  const auto each = [&body](const char* name, auto&& take) {
    if (const auto list = body.find(name); list != body.end())
      for (const auto& element : *list) take(element);
  };
  auto& content = draft.content;
  each("resource_type_associations",
       [&](const json& e) { content.associations.push_back(associationOf(e)); });
  each("objects", [&](const json& e) { content.objects.push_back(objectOf(e)); });
  each("tags", [&](const json& e) { content.tags.push_back(tagOf(e)); });
  if (const auto map = body.find("properties"); map != body.end())
    for (const auto& item : map->items())
      content.properties.push_back(propertyOf(item.key(), item.value()));
  return draft;
}

Result<json> readChecked(std::string_view body, const Kind& kind) {
  auto parsed = http::parseJson(body);
  if (!parsed) return parsed;
  if (auto status = check(kind, *parsed); !status) return tl::unexpected(std::move(status.error()));
  return parsed;
}

template <class Record>
Result<Record> readAs(std::string_view body, const Kind& kind, Record (*of)(const json&)) {
  const auto parsed = readChecked(body, kind);
  if (!parsed) return tl::unexpected(parsed.error());
  return of(*parsed);
}

}  // namespace

Result<NamespaceDraft> readNamespace(std::string_view body) {
  return readAs(body, namespaceKind(), namespaceOf);
}

Result<Property> readProperty(std::string_view body) {
  return readAs<Property>(body, propertyKind(), [](const json& definition) {
    return propertyOf(definition["name"].get<std::string>(), definition);
  });
}

Result<Object> readObject(std::string_view body) { return readAs(body, objectKind(), objectOf); }

Result<Tag> readTag(std::string_view body) { return readAs(body, tagKind(), tagOf); }

Result<std::vector<Tag>> readTagList(std::string_view body) {
  const auto parsed = http::parseJson(body);
  if (!parsed) return tl::unexpected(parsed.error());
  if (auto status = checkTagList(*parsed); !status)
    return tl::unexpected(std::move(status.error()));
  std::vector<Tag> tags;
  for (const auto& tag : (*parsed)["tags"]) tags.push_back(tagOf(tag));
  return tags;
}

Result<Association> readAssociation(std::string_view body) {
  return readAs(body, associationKind(), associationOf);
}

Result<Tag> tagNamed(std::string_view name) {
  const json body = {{"name", name}};
  if (auto status = check(tagKind(), body); !status) return tl::unexpected(status.error());
  return tagOf(body);
}

Result<NamespaceDraft> readDefinitionFile(std::string_view text) {
  const auto parsed = http::parseJson(text, kFileLimits);
  if (!parsed) return tl::unexpected(parsed.error());
  if (auto status = checkFile(*parsed); !status) return tl::unexpected(std::move(status.error()));
  auto draft = namespaceOf(*parsed);
  if (draft.record.owner.empty()) draft.record.owner = kFileOwner;
  return draft;
}

}  // namespace glint::metadefs
