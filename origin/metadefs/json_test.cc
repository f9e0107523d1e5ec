#include "origin/metadefs/json.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "origin/metadefs/body.h"

namespace glint::metadefs {
namespace {

using nlohmann::json;

constexpr const char* kFile = R"({"namespace": "OS::N", "visibility": "public", "owner": "o",
    "resource_type_associations": [{"name": "OS::T", "prefix": "p_"}],
    "properties": {"x": {"title": "X", "type": "integer"}},
    "objects": [{"name": "o", "description": "d", "required": ["y"],
                 "properties": {"y": {"title": "Y", "type": "string"}}}],
    "tags": [{"name": "t1"}]})";

NamespaceDraft draft() { return readDefinitionFile(kFile).value(); }

}  // namespace

TEST_CASE("Metadefs: what is unset is left out of answers", "[metadefs]") {
  Namespace record;
  record.name = "n";
  record.owner = "a";
  const auto shown = json::parse(namespaceJson(record, Content()));
  CHECK(shown == json::parse(R"({"namespace": "n", "owner": "a", "visibility": "private",
      "protected": false, "created_at": "1970-01-01T00:00:00Z",
      "self": "/v2/metadefs/namespaces/n", "schema": "/v2/schemas/metadefs/namespace"})"));
}

TEST_CASE("Metadefs: a namespace with its content", "[metadefs]") {
  const auto [record, content] = draft();
  const auto shown = json::parse(namespaceJson(record, content));
  CHECK(shown["properties"] == json::parse(R"({"x": {"title": "X", "type": "integer"}})"));
  CHECK(shown["tags"] == json::parse(R"([{"name": "t1"}])"));
  CHECK(shown["objects"][0]["self"] == "/v2/metadefs/namespaces/OS::N/objects/o");
  CHECK(shown["objects"][0]["required"] == json::array({"y"}));
  CHECK(shown["resource_type_associations"][0]["created_at"] == "1970-01-01T00:00:00Z");
  const auto bare = json::parse(namespaceJson(record, content, Detail::kBare));
  CHECK(bare["resource_type_associations"] ==
        json::parse(R"([{"name": "OS::T", "prefix": "p_"}])"));
  CHECK_FALSE(bare["objects"][0].contains("self"));
}

TEST_CASE("Metadefs: a prefix stands before names of properties, in objects too", "[metadefs]") {
  auto [record, content] = draft();
  addPrefix(content, "p_");
  const auto shown = json::parse(namespaceJson(record, content));
  CHECK(shown["properties"].contains("p_x"));
  CHECK(shown["objects"][0]["required"] == json::array({"p_y"}));
  CHECK(shown["objects"][0]["properties"].contains("p_y"));
}

TEST_CASE("Metadefs: a property's name is its own, whatever the definition says", "[metadefs]") {
  Property property;
  property.name = "now";
  property.definition = R"({"name":"before","title":"t","type":"string"})";
  CHECK(json::parse(propertyJson(property))["name"] == "now");
}

TEST_CASE("Metadefs: lists", "[metadefs]") {
  CHECK(json::parse(objectListJson("n", {})) ==
        json::parse(R"({"objects": [], "schema": "v2/schemas/metadefs/objects"})"));
  CHECK(json::parse(propertyMapJson({})) == json::parse(R"({"properties": {}})"));
  CHECK(json::parse(tagListJson({})) == json::parse(R"({"tags": []})"));
  CHECK(json::parse(namespaceListJson({}, {"/f", std::nullopt})) ==
        json::parse(R"({"namespaces": [], "first": "/f",
                        "schema": "/v2/schemas/metadefs/namespaces"})"));
}

TEST_CASE("Metadefs: a definition file comes back as it was, but for its owner", "[metadefs]") {
  const auto [record, content] = draft();
  auto want = json::parse(kFile);
  want.erase("owner");
  want["protected"] = false;
  const auto written = definitionFile(record, content);
  CHECK(json::parse(written) == want);
  CHECK(readDefinitionFile(written));
}

}  // namespace glint::metadefs
