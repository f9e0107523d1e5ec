// What the routes of metadata definitions do, one resource after the other.

#include <catch2/catch.hpp>

#include "origin/api/test_support.h"

namespace glint::origin {
namespace {

using nlohmann::json;

const std::string kNamespaces = "/v2/metadefs/namespaces";
const std::string kN = kNamespaces + "/OS::N";

struct MetadefFixture : ApiFixture {
  ApiAnswer send(const std::string& method, const std::string& target, const std::string& body = {},
                 const std::vector<std::string>& headers = {}) {
    return call(
        {.method = method, .target = target, .token = kAdmin, .body = body, .headers = headers});
  }
  ApiAnswer get(const std::string& target) { return send("GET", target); }
  void make(const std::string& body) { REQUIRE(send("POST", kNamespaces, body).status == 201); }
  std::vector<std::string> tags() {
    std::vector<std::string> names;
    const auto list = get(kN + "/tags").json();
    for (const auto& tag : list["tags"]) names.push_back(tag["name"]);
    return names;
  }
};

using Names = std::vector<std::string>;

constexpr const char* kFull = R"({"namespace": "OS::N", "visibility": "public",
    "resource_type_associations": [{"name": "OS::T", "prefix": "p_"}],
    "properties": {"x": {"title": "X", "type": "integer", "minimum": 1.5, "default": 2}},
    "objects": [{"name": "o", "required": ["y"],
                 "properties": {"y": {"title": "Y", "type": "string"}}}],
    "tags": [{"name": "t1"}, {"name": "t2"}]})";

}  // namespace

TEST_CASE("Metadefs API: a namespace with its content", "[api][metadefs]") {
  MetadefFixture f;
  const auto made = f.send("POST", kNamespaces, kFull);
  REQUIRE(made.status == 201);
  CHECK(made.header("Location") == "http://images.test" + kN);
  CHECK(made.json()["owner"] == "admin");
  CHECK(made.json()["resource_type_associations"] ==
        json::parse(R"([{"name": "OS::T", "prefix": "p_"}])"));

  const auto shown = f.get(kN).json();
  CHECK(shown["namespace"] == "OS::N");
  CHECK(shown["visibility"] == "public");
  CHECK(shown["protected"] == false);
  CHECK(shown["self"] == kN);
  CHECK(shown["updated_at"] == shown["created_at"]);
  CHECK_FALSE(shown.contains("description"));
  CHECK(shown["properties"]["x"]["minimum"] == 1.5);
  CHECK(shown["properties"]["x"]["default"] == 2);
  CHECK(shown["objects"][0]["self"] == kN + "/objects/o");
  CHECK(shown["tags"] == json::parse(R"([{"name": "t2"}, {"name": "t1"}])"));
  CHECK(f.get(kNamespaces + "/OS%3A%3AN").status == 200);

  const auto typed = f.get(kN + "?resource_type=OS::T").json();
  CHECK(typed["properties"].contains("p_x"));
  CHECK(typed["objects"][0]["required"] == json::array({"p_y"}));
  CHECK(typed["objects"][0]["properties"].contains("p_y"));
  CHECK(f.get(kN + "?resource_type=OS::X").json() == shown);

  CHECK(f.send("DELETE", kN).status == 204);
  CHECK(f.get(kN).status == 404);
  CHECK(f.send("DELETE", kN).status == 404);
  CHECK(f.get("/v2/metadefs/resource_types").json()["resource_types"].size() == 1);
}

TEST_CASE("Metadefs API: a namespace that is refused", "[api][metadefs]") {
  MetadefFixture f;
  f.make(R"({"namespace": "taken"})");
  struct Case {
    const char* body;
    int want;
  };
  const auto row = GENERATE(values<Case>({
      {"", 400},
      {"{", 400},
      {"[]", 400},
      {R"({"namespace": "n", "x": 1})", 400},
      {R"({"namespace": "n", "created_at": "x"})", 403},
      {R"({"namespace": "taken"})", 409},
      {R"({"namespace": "n", "tags": [{"name": "t"}, {"name": "t"}]})", 409},
      {R"({"namespace": "n", "objects": [{"name": "o"}, {"name": "o"}]})", 409},
      {R"({"namespace": "n", "resource_type_associations": [{"name": "T"}, {"name": "T"}]})", 409},
  }));
  CAPTURE(row.body);
  CHECK(f.send("POST", kNamespaces, row.body).status == row.want);
  CHECK(f.get(kNamespaces + "/n").status == 404);
}

TEST_CASE("Metadefs API: what a replacement leaves out is reset", "[api][metadefs]") {
  MetadefFixture f;
  f.make(R"({"namespace": "OS::N", "description": "d", "visibility": "public", "owner": "a",
             "protected": true, "tags": [{"name": "t"}]})");
  f.make(R"({"namespace": "taken"})");
  CHECK(f.send("PUT", kN, R"({"namespace": "taken"})").status == 409);
  CHECK(f.send("PUT", kN, R"({"description": "d"})").status == 400);
  CHECK(f.send("PUT", kN, R"({"namespace": "OS::N", "self": "x"})").status == 403);
  const auto changed = f.send("PUT", kN, R"({"namespace": "M", "tags": [{"name": "ignored"}]})");
  REQUIRE(changed.status == 200);
  CHECK(changed.json()["namespace"] == "M");
  CHECK(changed.json()["visibility"] == "private");
  CHECK(changed.json()["protected"] == false);
  CHECK(changed.json()["owner"] == "admin");
  CHECK_FALSE(changed.json().contains("description"));
  CHECK(f.get(kN).status == 404);
  CHECK(f.get(kNamespaces + "/M").json()["tags"] == json::parse(R"([{"name": "t"}])"));
  CHECK(f.send("PUT", kN, R"({"namespace": "M"})").status == 404);
}

TEST_CASE("Metadefs API: objects", "[api][metadefs]") {
  MetadefFixture f;
  f.make(R"({"namespace": "OS::N"})");
  const std::string objects = kN + "/objects";
  const auto made = f.send("POST", objects, R"({"name": "o1"})");
  REQUIRE(made.status == 201);
  CHECK(made.json()["schema"] == "/v2/schemas/metadefs/object");
  CHECK_FALSE(made.json().contains("required"));
  CHECK(f.get(objects + "/o1").json()["required"] == json::array());
  REQUIRE(f.send("POST", objects, R"({"name": "o2", "description": "d", "required": ["x"],
              "properties": {"x": {"title": "X", "type": "string"}}})")
              .status == 201);
  CHECK(f.send("POST", objects, R"({"name": "o2"})").status == 409);
  CHECK(f.send("POST", objects, R"({"name": "o3", "x": 1})").status == 400);
  CHECK(f.send("POST", objects, R"({"name": "o3", "schema": "x"})").status == 403);
  CHECK(f.get(objects).json()["objects"][1]["name"] == "o2");

  CHECK(f.send("PUT", objects + "/o2", R"({"name": "o1"})").status == 409);
  CHECK(f.send("PUT", objects + "/o9", R"({"name": "o9"})").status == 404);
  CHECK(f.send("PUT", objects + "/o2", R"({"name": "o3"})").status == 200);
  CHECK(f.get(objects + "/o2").status == 404);
  const auto replaced = f.get(objects + "/o3").json();
  CHECK_FALSE(replaced.contains("description"));
  CHECK(replaced["properties"] == json::object());

  CHECK(f.send("DELETE", objects + "/o3").status == 204);
  CHECK(f.send("DELETE", objects + "/o3").status == 404);
  CHECK(f.send("DELETE", objects).status == 204);
  CHECK(f.get(objects).json()["objects"].empty());
}

TEST_CASE("Metadefs API: properties", "[api][metadefs]") {
  MetadefFixture f;
  f.make(R"({"namespace": "OS::N", "resource_type_associations": [
             {"name": "OS::T", "prefix": "p_"}, {"name": "OS::Bare"}]})");
  const std::string properties = kN + "/properties";
  const auto made =
      f.send("POST", properties, R"({"name": "x", "title": "X", "type": "array", "items":
             {"type": "string"}, "confidential": true})");
  REQUIRE(made.status == 201);
  CHECK(made.json()["items"]["type"] == "string");
  CHECK(f.send("POST", properties, R"({"name": "x", "title": "X", "type": "string"})").status ==
        409);
  CHECK(f.send("POST", properties, R"({"title": "X", "type": "string"})").status == 400);
  CHECK(f.get(properties).json()["properties"]["x"]["title"] == "X");

  CHECK(f.get(properties + "/x").json()["name"] == "x");
  CHECK(f.get(properties + "/p_x?resource_type=OS::T").json()["name"] == "x");
  CHECK(f.get(properties + "/x?resource_type=OS::Bare").json()["name"] == "x");
  CHECK(f.get(properties + "/x?resource_type=OS::T").status == 404);
  CHECK(f.get(properties + "/x?resource_type=OS::X").status == 404);
  CHECK(f.get(properties + "/p_x").status == 404);

  const char* renamed = R"({"name": "y", "title": "Y", "type": "string"})";
  CHECK(f.send("PUT", properties + "/x", renamed).json()["name"] == "y");
  CHECK(f.send("PUT", properties + "/x", renamed).status == 404);
  CHECK(f.send("PUT", properties + "/y", R"({"title": "Y", "type": "string"})").status == 400);
  CHECK_FALSE(f.get(properties + "/y").json().contains("items"));
  CHECK(f.send("DELETE", properties + "/y").status == 204);
  CHECK(f.send("DELETE", properties + "/y").status == 404);
  CHECK(f.send("DELETE", properties).status == 204);
  CHECK(f.get(properties).json() == json::parse(R"({"properties": {}})"));
}

TEST_CASE("Metadefs API: tags", "[api][metadefs]") {
  MetadefFixture f;
  f.make(R"({"namespace": "OS::N"})");
  const std::string tags = kN + "/tags";
  const auto made = f.send("POST", tags, R"({"tags": [{"name": "a"}, {"name": "b"}]})");
  REQUIRE(made.status == 201);
  CHECK(made.json() == json::parse(R"({"tags": [{"name": "a"}, {"name": "b"}]})"));
  CHECK(f.tags() == Names{"b", "a"});

  SECTION("a list replaces all, appends when asked to, and changes all or nothing") {
    CHECK(f.send("POST", tags, R"({"tags": [{"name": "c"}]})").status == 201);
    CHECK(f.tags() == Names{"c"});
    const std::vector<std::string> append = {"X-Openstack-Append: True"};
    CHECK(f.send("POST", tags, R"({"tags": [{"name": "d"}]})", append).json()["tags"].size() == 1);
    CHECK(f.tags() == Names{"d", "c"});
    CHECK(f.send("POST", tags, R"({"tags": [{"name": "e"}, {"name": "c"}]})", append).status ==
          409);
    CHECK(f.send("POST", tags, R"({"tags": [{"name": "e"}, {"name": "e"}]})").status == 409);
    CHECK(f.send("POST", tags, R"({"tags": []})").status == 201);
    CHECK(f.send("POST", tags, "{}").status == 400);
    CHECK(f.tags() == Names{"d", "c"});
    CHECK(f.send("POST", tags, R"({"tags": [{"name": "f"}]})", {"X-Openstack-Append: 0"}).status ==
          201);
    CHECK(f.tags() == Names{"f"});
  }
  SECTION("one by one") {
    const auto one = f.send("POST", tags + "/c");
    CHECK(one.status == 201);
    CHECK(one.json()["name"] == "c");
    CHECK(one.json().contains("created_at"));
    CHECK(f.send("POST", tags + "/c").status == 409);
    CHECK(f.send("POST", tags + "/d", "{}").status == 400);
    CHECK(f.send("POST", tags + "/" + std::string(81, 'x')).status == 400);
    CHECK(f.send("PUT", tags + "/c", R"({"name": "a"})").status == 409);
    CHECK(f.send("PUT", tags + "/c", R"({"name": "d"})").json()["name"] == "d");
    CHECK(f.send("PUT", tags + "/c", R"({"name": "d"})").status == 404);
    CHECK(f.send("PUT", tags + "/d", "{}").status == 400);
    CHECK(f.get(tags + "/d").status == 200);
    CHECK(f.send("DELETE", tags + "/d").status == 204);
    CHECK(f.send("DELETE", tags + "/d").status == 404);
    CHECK(f.send("DELETE", tags).status == 204);
    CHECK(f.tags().empty());
  }
}

TEST_CASE("Metadefs API: resource types", "[api][metadefs]") {
  MetadefFixture f;
  f.make(R"({"namespace": "OS::N"})");
  const std::string types = kN + "/resource_types";
  const auto made =
      f.send("POST", types, R"({"name": "OS::T", "prefix": "p", "properties_target": "image"})");
  REQUIRE(made.status == 201);
  CHECK(made.json()["properties_target"] == "image");
  CHECK(f.send("POST", types, R"({"name": "OS::T"})").status == 409);
  CHECK(f.send("POST", types, R"({"prefix": "p"})").status == 400);
  CHECK(f.send("POST", types, R"({"name": "T", "created_at": "x"})").status == 403);
  CHECK(f.get(types).json()["resource_type_associations"][0]["prefix"] == "p");
  CHECK(f.send("DELETE", types + "/OS::T").status == 204);
  CHECK(f.send("DELETE", types + "/OS::T").status == 404);
  const auto known = f.get("/v2/metadefs/resource_types").json()["resource_types"];
  REQUIRE(known.size() == 1);
  CHECK(known[0]["name"] == "OS::T");
  CHECK_FALSE(known[0].contains("protected"));
}

TEST_CASE("Metadefs API: methods that a path does not have", "[api][metadefs]") {
  MetadefFixture f;
  f.make(R"({"namespace": "OS::N"})");
  CHECK(f.send("PATCH", kN).status == 405);
  const auto refused = f.send("DELETE", kN + "/resource_types");
  CHECK(refused.status == 405);
  CHECK(refused.header("Allow") == "GET, POST");
  CHECK(f.get("/v2/metadefs").status == 404);
}

TEST_CASE("Metadefs API: schemas", "[api][metadefs]") {
  MetadefFixture f;
  for (const char* name : {"namespace", "namespaces", "resource_type", "resource_types", "property",
                           "properties", "object", "objects", "tag", "tags"}) {
    CAPTURE(name);
    const auto shown =
        f.call({.target = "/v2/schemas/metadefs/" + std::string(name), .token = kNoRole});
    CHECK(shown.status == 200);
    CHECK(shown.json()["properties"].is_object());
  }
  CHECK(f.get("/v2/schemas/metadefs/nothing").status == 404);
  CHECK(f.call({.target = "/v2/schemas/metadefs/tag", .token = ""}).status == 401);
}

}  // namespace glint::origin
