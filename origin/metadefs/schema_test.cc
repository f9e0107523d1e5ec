#include "origin/metadefs/schema.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace glint::metadefs {
namespace {

using nlohmann::json;

json documentOf(const std::string& name) { return json::parse(schemaDocument(name)); }

}  // namespace

TEST_CASE("Metadefs: schemas of one thing", "[metadefs]") {
  struct Row {
    const char* document;
    const char* name;
    json required;
    std::size_t fields;
    bool definitions;
  };
  const auto row = GENERATE(values<Row>({
      {"namespace", "namespace", {"namespace"}, 14, true},
      {"object", "object", {"name"}, 8, true},
      {"property", "property", {"name", "title", "type"}, 20, true},
      {"tag", "tag", {"name"}, 3, false},
      {"resource_type", "resource_type_association", {"name"}, 5, false},
  }));
  const auto document = documentOf(row.document);
  CHECK(document["name"] == row.name);
  CHECK(document["required"] == row.required);
  CHECK(document["properties"].size() == row.fields);
  CHECK(document["additionalProperties"] == false);
  CHECK(document.contains("definitions") == row.definitions);
}

TEST_CASE("Metadefs: schemas of lists wrap those of their elements", "[metadefs]") {
  struct Row {
    const char* document;
    const char* list;
  };
  const auto row = GENERATE(values<Row>({
      {"namespaces", "namespaces"},
      {"objects", "objects"},
      {"tags", "tags"},
      {"resource_types", "resource_type_associations"},
  }));
  const auto document = documentOf(row.document);
  CHECK(document["name"] == row.list);
  CHECK(document["properties"][row.list]["type"] == "array");
  CHECK(document["properties"][row.list]["items"]["properties"].is_object());
  CHECK(document["properties"].size() == 4);
  CHECK(document["links"].size() == 3);
}

TEST_CASE("Metadefs: properties are a map, without names inside", "[metadefs]") {
  const auto document = documentOf("properties");
  const auto& map = document["properties"]["properties"];
  CHECK(map["type"] == "object");
  CHECK(map["additionalProperties"]["required"] == json({"title", "type"}));
  CHECK_FALSE(document["definitions"].contains("property"));
  CHECK(document["definitions"]["stringArray"]["minItems"] == 1);
  CHECK(documentOf("object")["definitions"]["property"]["type"] == "object");
  CHECK_FALSE(documentOf("object")["definitions"]["stringArray"].contains("minItems"));
}

TEST_CASE("Metadefs: fields in schemas", "[metadefs]") {
  const auto fields = documentOf("property")["properties"];
  CHECK(fields["minLength"] == json::parse(R"({"$ref": "#/definitions/positiveIntegerDefault0"})"));
  CHECK(fields["pattern"] == json::parse(R"({"type": "string", "format": "regex"})"));
  CHECK(fields["default"] == json::object());
  CHECK(fields["type"]["enum"].size() == 7);
  const auto created = documentOf("namespace")["properties"]["created_at"];
  CHECK(created["readOnly"] == true);
  CHECK(created["format"] == "date-time");
}

TEST_CASE("Metadefs: there is no other schema", "[metadefs]") {
  CHECK(schemaDocument("resource_type_association").empty());
  CHECK(schemaDocument("").empty());
}

}  // namespace glint::metadefs
