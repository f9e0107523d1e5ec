#include "origin/metadefs/body.h"

#include <catch2/catch.hpp>

namespace glint::metadefs {
namespace {

ErrorCode codeOf(const Status& status) {
  REQUIRE_FALSE(status);
  return status.error().code;
}
template <class T>
Status statusOf(const Result<T>& result) {
  if (!result) return tl::unexpected(result.error());
  return {};
}

std::string propertyWith(const std::string& field) {
  return R"({"name": "p", "title": "t", "type": "string", )" + field + "}";
}

}  // namespace

TEST_CASE("Metadefs: bodies of namespaces that are refused", "[metadefs]") {
  struct Case {
    std::string body;
    ErrorCode want;
  };
  using enum ErrorCode;
  const auto row = GENERATE(values<Case>({
      {"", kInvalidArgument},
      {"{", kInvalidArgument},
      {"[1]", kInvalidArgument},
      {"{}", kInvalidArgument},
      {R"({"namespace": ""})", kInvalidArgument},
      {R"({"namespace": null})", kInvalidArgument},
      {R"({"namespace": 1})", kInvalidArgument},
      {R"({"namespace": ")" + std::string(81, 'x') + "\"}", kInvalidArgument},
      {R"({"namespace": "n", "description": null})", kInvalidArgument},
      {R"({"namespace": "n", "description": ")" + std::string(501, 'x') + "\"}", kInvalidArgument},
      {R"({"namespace": "n", "owner": ")" + std::string(256, 'x') + "\"}", kInvalidArgument},
      {R"({"namespace": "n", "visibility": "shared"})", kInvalidArgument},
      {R"({"namespace": "n", "protected": "true"})", kInvalidArgument},
      {R"({"namespace": "n", "unknown": 1})", kInvalidArgument},
      {R"({"namespace": "n", "created_at": "x"})", kForbidden},
      {R"({"namespace": "n", "updated_at": "x", "unknown": 1})", kForbidden},
      {R"({"namespace": "n", "self": "x"})", kForbidden},
      {R"({"namespace": "n", "schema": "x"})", kForbidden},
      {R"({"namespace": "n", "properties": []})", kInvalidArgument},
      {R"({"namespace": "n", "properties": {"p": {"title": "t"}}})", kInvalidArgument},
      {R"({"namespace": "n", "properties": {"": {"title": "t", "type": "string"}}})",
       kInvalidArgument},
      {R"({"namespace": "n", "properties": {"p": {"title": "t", "type": "string", "x": 1}}})",
       kInvalidArgument},
      {R"({"namespace": "n", "objects": {}})", kInvalidArgument},
      {R"({"namespace": "n", "objects": [{"description": "d"}]})", kInvalidArgument},
      {R"({"namespace": "n", "objects": [{"name": "o", "self": "s"}]})", kInvalidArgument},
      {R"({"namespace": "n", "objects": [{"name": "o", "required": ["a", "a"]}]})",
       kInvalidArgument},
      {R"({"namespace": "n", "tags": [{"name": "t", "x": 1}]})", kInvalidArgument},
      {R"({"namespace": "n", "tags": ["t"]})", kInvalidArgument},
      {R"({"namespace": "n", "resource_type_associations": [{"prefix": "p"}]})", kInvalidArgument},
      {R"({"namespace": "n", "namespace": "n"})", kInvalidArgument},
  }));
  CAPTURE(row.body);
  CHECK(codeOf(statusOf(readNamespace(row.body))) == row.want);
}

TEST_CASE("Metadefs: a namespace with everything in it", "[metadefs]") {
  const auto draft = readNamespace(R"({"namespace": "OS::N", "display_name": "N",
      "description": "d", "visibility": "public", "protected": true, "owner": "a",
      "resource_type_associations": [{"name": "OS::T", "prefix": "p_", "properties_target": "i",
                                      "created_at": "an answer's"}],
      "properties": {"x": {"title": "X", "type": "integer", "minimum": 1.5, "default": [2]}},
      "objects": [{"name": "o", "required": ["y"],
                   "properties": {"y": {"title": "Y", "type": "string"}}},
                  {"name": "bare"}],
      "tags": [{"name": "t1"}, {"name": "t2", "updated_at": "an answer's"}]})");
  REQUIRE(draft);
  const auto& [record, content] = *draft;
  CHECK(record.name == "OS::N");
  CHECK(record.display_name == "N");
  CHECK(record.visibility == Visibility::kPublic);
  CHECK(record.is_protected);
  CHECK(record.owner == "a");
  REQUIRE(content.associations.size() == 1);
  CHECK(content.associations[0].name == "OS::T");
  CHECK(content.associations[0].prefix == "p_");
  CHECK(content.associations[0].properties_target == "i");
  REQUIRE(content.properties.size() == 1);
  CHECK(content.properties[0].definition ==
        R"({"default":[2],"minimum":1.5,"title":"X","type":"integer"})");
  REQUIRE(content.objects.size() == 2);
  CHECK(content.objects[0].required == std::vector<std::string>{"y"});
  CHECK(content.objects[0].properties == R"({"y":{"title":"Y","type":"string"}})");
  CHECK_FALSE(content.objects[1].required);
  CHECK_FALSE(content.objects[1].properties);
  CHECK(content.tags.size() == 2);
}

TEST_CASE("Metadefs: what is left out has defaults", "[metadefs]") {
  const auto draft = readNamespace(R"({"namespace": "n"})");
  REQUIRE(draft);
  CHECK_FALSE(draft->record.display_name);
  CHECK_FALSE(draft->record.description);
  CHECK(draft->record.visibility == Visibility::kPrivate);
  CHECK_FALSE(draft->record.is_protected);
  CHECK(draft->record.owner.empty());
}

TEST_CASE("Metadefs: fields of a property", "[metadefs]") {
  struct Case {
    std::string field;
    bool fits;
  };
  const auto row = GENERATE(values<Case>({
      {R"("description": "d", "pattern": "(", "readonly": true, "confidential": false)", true},
      {R"("operators": ["<in>", "<or>"])", true},
      {R"("operators": [1])", false},
      {R"("minimum": -1.5, "maximum": 1e3)", true},
      {R"("minimum": "1")", false},
      {R"("minLength": 0, "maxLength": 5, "minItems": 1.0, "maxItems": 2)", true},
      {R"("minLength": -1)", false},
      {R"("maxItems": 1.5)", false},
      {R"("maxLength": "5")", false},
      {R"("enum": [1, "a", null, [], {}])", true},
      {R"("enum": "a")", false},
      {R"("default": null)", true},
      {R"("default": {"a": 1})", true},
      {R"("items": {"type": "string", "enum": ["a"]})", true},
      {R"("items": {"type": "text"})", false},
      {R"("items": {"kind": "string"})", false},
      {R"("items": [])", false},
      {R"("uniqueItems": true, "additionalItems": false)", true},
      {R"("uniqueItems": 1)", false},
      {R"("required": ["a", "b"])", true},
      {R"("required": ["a", "a"])", false},
      {R"("unknown": 1)", false},
  }));
  CAPTURE(row.field);
  const auto property = readProperty(propertyWith(row.field));
  CHECK(property.has_value() == row.fits);
  if (!property) CHECK(property.error().code == ErrorCode::kInvalidArgument);
}

TEST_CASE("Metadefs: a property needs name, title and a type", "[metadefs]") {
  const char* body =
      GENERATE(R"({"title": "t", "type": "string"})", R"({"name": "n", "type": "string"})",
               R"({"name": "n", "title": "t"})", R"({"name": "n", "title": "t", "type": null})",
               R"({"name": "n", "title": "t", "type": "text"})",
               R"({"name": "n", "title": "t", "type": ["string"]})",
               R"({"name": "", "title": "t", "type": "string"})");
  CAPTURE(body);
  CHECK(codeOf(statusOf(readProperty(body))) == ErrorCode::kInvalidArgument);
  CHECK(codeOf(statusOf(readProperty(propertyWith(R"("created_at": "x")")))) ==
        ErrorCode::kForbidden);
  CHECK(codeOf(statusOf(readProperty(propertyWith(R"("self": "x")")))) ==
        ErrorCode::kInvalidArgument);
}

TEST_CASE("Metadefs: bodies of tags and associations", "[metadefs]") {
  CHECK(readTag(R"({"name": "t"})").value().name == "t");
  CHECK(codeOf(statusOf(readTag("{}"))) == ErrorCode::kInvalidArgument);
  CHECK(codeOf(statusOf(readTag(R"({"name": "t", "created_at": 1})"))) == ErrorCode::kForbidden);
  CHECK(codeOf(statusOf(readTag(R"({"name": "t", "self": 1})"))) == ErrorCode::kInvalidArgument);
  CHECK(tagNamed("t").value().name == "t");
  CHECK(codeOf(statusOf(tagNamed(std::string(81, 't')))) == ErrorCode::kInvalidArgument);

  CHECK(readTagList(R"({"tags": [{"name": "a"}, {"name": "b"}]})").value().size() == 2);
  CHECK(readTagList(R"({"tags": []})").value().empty());
  const char* list = GENERATE("{}", "[]", R"({"tags": {}})", R"({"tags": [], "x": 1})",
                              R"({"tags": ["a"]})", R"({"tags": [{"name": "a", "x": 1}]})",
                              R"({"tags": [{"name": "a", "created_at": "x"}]})",
                              R"({"tags": [{"name": 1}]})", R"({"tags": [{}]})");
  CAPTURE(list);
  CHECK(codeOf(statusOf(readTagList(list))) == ErrorCode::kInvalidArgument);

  CHECK(readAssociation(R"({"name": "T", "prefix": "p:"})").value().prefix == "p:");
  CHECK(codeOf(statusOf(readAssociation(R"({"prefix": "p:"})"))) == ErrorCode::kInvalidArgument);
  CHECK(codeOf(statusOf(readAssociation(R"({"name": "T", "updated_at": 1})"))) ==
        ErrorCode::kForbidden);
}

TEST_CASE("Metadefs: definition files", "[metadefs]") {
  const auto file = readDefinitionFile(
      R"({"namespace": "n", "created_at": "passed over", "self": "too",
          "tags": [{"name": "t", "created_at": "too"}]})");
  REQUIRE(file);
  CHECK(file->record.owner == "admin");
  CHECK(file->content.tags.size() == 1);
  CHECK(readDefinitionFile(R"({"namespace": "n", "owner": "o"})").value().record.owner == "o");
  CHECK_FALSE(readDefinitionFile(R"({"display_name": "no namespace"})"));
  CHECK_FALSE(readDefinitionFile("namespace: n"));
}

}  // namespace glint::metadefs
