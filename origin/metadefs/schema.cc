#include "origin/metadefs/schema.h"

#include <array>

#include <nlohmann/json.hpp>

#include "origin/metadefs/fields.h"

namespace glint::metadefs {
namespace {

using Document = nlohmann::ordered_json;
using enum FieldType;

Document listOf(Document element) { return {{"type", "array"}, {"items", std::move(element)}}; }
Document reference(const char* definition) {
  return {{"$ref", std::string("#/definitions/") + definition}};
}

Document typeNameDocument() {
  auto names = Document::array();
  for (const auto name : typeNames()) names.push_back(name);
  names.push_back(nullptr);  // the reference lists it, and its type refuses it
  return {{"type", "string"}, {"enum", std::move(names)}};
}

// An element inside a namespace, of which only the names and types of fields are told.
Document elementDocument(const Kind& kind) {
  Document properties;
  for (const auto& field : kind.fields) {
    if (field.access != FieldAccess::kClient) continue;
    const bool distinct = field.type == kDistinctTexts;
    properties[std::string(field.name)] = field.type == kProperties ? reference("property")
                                          : distinct                ? reference("stringArray")
                                                                    : Document{{"type", "string"}};
  }
  return {{"type", "object"}, {"properties", std::move(properties)}};
}

Document typeDocument(FieldType type) {
  switch (type) {
    case kText:
      return {{"type", "string"}};
    case kBoolean:
      return {{"type", "boolean"}};
    case kNumber:
      return {{"type", "number"}};
    case kCount:
      return reference("positiveInteger");
    case kTexts:
      return listOf({{"type", "string"}});
    case kDistinctTexts:
      return reference("stringArray");
    case kTypeName:
      return typeNameDocument();
    case kVisibility:
      return {{"type", "string"}, {"enum", {"public", "private"}}};
    case kList:
      return {{"type", "array"}};
    case kAnything:
      return Document::object();
    case kItems:
      return {{"type", "object"},
              {"properties", {{"type", typeNameDocument()}, {"enum", {{"type", "array"}}}}}};
    case kProperties:
      return reference("property");
    case kObjects:
      return listOf(elementDocument(objectKind()));
    case kTags:
      return listOf(elementDocument(tagKind()));
    case kAssociations:
      return listOf(elementDocument(associationKind()));
  }
  return Document::object();
}

Document fieldDocument(const Field& field) {
  const bool counts_from_zero = field.name == "minLength" || field.name == "minItems";
  Document document =
      counts_from_zero ? reference("positiveIntegerDefault0") : typeDocument(field.type);
  if (field.access != FieldAccess::kClient) document["readOnly"] = true;
  if (!field.description.empty()) document["description"] = field.description;
  if (field.max_length > 0) document["maxLength"] = field.max_length;
  if (field.is_time) document["format"] = "date-time";
  if (field.name == "pattern") document["format"] = "regex";
  if (field.name == "uniqueItems") document["default"] = false;
  return document;
}

Document fieldsDocument(const Kind& kind) {
  Document properties;
  for (const auto& field : kind.fields) properties[std::string(field.name)] = fieldDocument(field);
  return properties;
}

// A property of its own does not nest others, and its list of names is not empty.
Document definitionsDocument(const Kind& kind) {
  const bool nests = &kind != &propertyKind();
  Document names = {{"type", "array"}, {"items", {{"type", "string"}}}, {"uniqueItems", true}};
  if (!nests) names["minItems"] = 1;
  Document definitions = {
      {"positiveInteger", {{"type", "integer"}, {"minimum", 0}}},
      {"positiveIntegerDefault0",
       {{"allOf", Document::array({reference("positiveInteger"), {{"default", 0}}})}}},
      {"stringArray", std::move(names)}};
  if (nests)
    definitions["property"] = {{"type", "object"},
                               {"additionalProperties",
                                {{"type", "object"},
                                 {"required", {"title", "type"}},
                                 {"properties", fieldsDocument(propertyKind())}}}};
  return definitions;
}

bool needsDefinitions(const Kind& kind) {
  return &kind != &tagKind() && &kind != &associationKind();
}

// Without definitions, which stand at the top of a document.
Document kindDocument(const Kind& kind, bool with_name) {
  Document document;
  document["name"] = kind.name;
  document["properties"] = fieldsDocument(kind);
  document["additionalProperties"] = false;
  auto required = Document::array();
  for (const auto name : kind.required)
    if (with_name || name != "name") required.push_back(name);
  document["required"] = std::move(required);
  return document;
}

Document link(const char* relation, const char* target) {
  return {{"rel", relation}, {"href", target}};
}

Document collectionDocument(const Kind& kind, const char* name) {
  const bool map = &kind == &propertyKind();
  auto element = kindDocument(kind, !map);
  Document document;
  document["name"] = name;
  document["properties"][name] =
      map ? Document{{"type", "object"}, {"additionalProperties", std::move(element)}}
          : listOf(std::move(element));
  for (const char* page_link : {"first", "next", "schema"})
    document["properties"][page_link] = {{"type", "string"}};
  document["links"] = Document::array(
      {link("first", "{first}"), link("next", "{next}"), link("describedby", "{schema}")});
  return document;
}

struct Name {
  std::string_view one;
  std::string_view many;
  const char* collection;  // what the list is called in answers
  const Kind& (*kind)();
};
constexpr std::array kNames = {
    Name{"namespace", "namespaces", "namespaces", namespaceKind},
    Name{"object", "objects", "objects", objectKind},
    Name{"property", "properties", "properties", propertyKind},
    Name{"tag", "tags", "tags", tagKind},
    Name{"resource_type", "resource_types", "resource_type_associations", associationKind},
};

}  // namespace

std::string schemaDocument(std::string_view name) {
  for (const auto& known : kNames) {
    if (name != known.one && name != known.many) continue;
    const Kind& kind = known.kind();
    Document document =
        name == known.one ? kindDocument(kind, true) : collectionDocument(kind, known.collection);
    if (needsDefinitions(kind)) document["definitions"] = definitionsDocument(kind);
    return document.dump();
  }
  return {};
}

}  // namespace glint::metadefs
