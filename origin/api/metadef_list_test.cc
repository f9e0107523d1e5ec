// Parameters of lists of metadata definitions.

#include <catch2/catch.hpp>

#include "origin/api/test_support.h"

namespace glint::origin {
namespace {

using Names = std::vector<std::string>;

const std::string kNamespaces = "/v2/metadefs/namespaces";

struct ListFixture : ApiFixture {
  explicit ListFixture(ApiOptions options = {}) : ApiFixture(std::move(options)) {}

  void make(const std::string& body) {
    REQUIRE(call({.method = "POST", .target = kNamespaces, .token = kAdmin, .body = body}).status ==
            201);
  }
  ApiAnswer get(const std::string& target) { return call({.target = target, .token = kAdmin}); }
  Names names(const nlohmann::json& list, const char* key) const {
    Names found;
    for (const auto& each : list) found.push_back(each[key]);
    return found;
  }
  Names namespaces(const std::string& query) {
    return names(get(kNamespaces + query).json()["namespaces"], "namespace");
  }
};

}  // namespace

TEST_CASE("Metadefs lists: pages of namespaces and their links", "[api][metadefs]") {
  ListFixture f({.limit_param_default = 2, .api_limit_max = 3});
  for (const char* name : {"OS::a", "OS::b", "OS::c", "OS::d"})
    f.make(R"({"namespace": ")" + std::string(name) + "\"}");
  const auto first = f.get(kNamespaces + "?foo=x&limit=1&limit=3").json();
  CHECK(first["first"] == kNamespaces + "?foo=x&limit=3");
  CHECK(first["next"] == kNamespaces + "?foo=x&limit=3&marker=OS%3A%3Ab");
  CHECK(first["schema"] == "/v2/schemas/metadefs/namespaces");
  CHECK(f.namespaces("?limit=3&marker=OS%3A%3Ab") == Names{"OS::a"});
  CHECK_FALSE(f.get(kNamespaces + "?limit=3&marker=OS%3A%3Ab").json().contains("next"));
  CHECK(f.namespaces("").size() == 2);
  CHECK(f.namespaces("?limit=100").size() == 3);
  CHECK(f.namespaces("?limit=0").empty());
  CHECK(f.namespaces("?sort_key=namespace&sort_dir=asc") == Names{"OS::a", "OS::b"});
}

TEST_CASE("Metadefs lists: an item carries its associations and nothing else of its content",
          "[api][metadefs]") {
  ListFixture f;
  f.make(R"({"namespace": "n", "tags": [{"name": "t"}],
             "resource_type_associations": [{"name": "T", "prefix": "p"}]})");
  f.make(R"({"namespace": "m", "visibility": "public"})");
  const auto item = f.get(kNamespaces + "?resource_types=X,T").json()["namespaces"][0];
  CHECK(item["resource_type_associations"][0]["prefix"] == "p");
  CHECK_FALSE(item.contains("tags"));
  CHECK(f.namespaces("?resource_types=X").empty());
  CHECK(f.namespaces("?visibility=public") == Names{"m"});
}

TEST_CASE("Metadefs lists: parameters that are refused", "[api][metadefs]") {
  ListFixture f;
  f.make(R"({"namespace": "n", "objects": [{"name": "o1"}, {"name": "o2"}]})");
  struct Case {
    const char* query;
    int want;
  };
  const auto row = GENERATE(values<Case>({
      {"?limit=-1", 400},
      {"?limit=x", 400},
      {"?limit=", 400},
      {"?marker=gone", 404},
      {"?sort_dir=up", 400},
      {"?sort_key=x", 400},
      {"?visibility=shared", 400},
      {"?limit=%zz", 400},
      {"/n/objects?limit=0", 400},
      {"/n/objects?limit=x", 400},
      {"/n/objects?sort_dir=x", 400},
      {"/n/objects?visibility=x", 400},
      {"/n/objects?visibility=shared&limit=1&marker=x&sort_key=x", 200},
      {"/n/tags?limit=-1", 400},
      {"/n/tags?marker=x", 404},
      {"/n/tags?sort_key=x", 400},
      {"/n/tags?sort_dir=x", 400},
      {"/n/tags?visibility=x", 400},
      {"/n/tags?limit=0", 200},
  }));
  CAPTURE(row.query);
  CHECK(f.get(kNamespaces + row.query).status == row.want);
}

TEST_CASE("Metadefs lists: a marker that the caller cannot see is not there", "[api][metadefs]") {
  ListFixture f;
  f.make(R"({"namespace": "n", "owner": "b"})");
  CHECK(f.status({.target = kNamespaces + "?marker=n", .token = kMemberB}) == 200);
  CHECK(f.status({.target = kNamespaces + "?marker=n", .token = kMemberA}) == 404);
}

TEST_CASE("Metadefs lists: objects come in the order of their creation, tags the other way",
          "[api][metadefs]") {
  ListFixture f;
  f.make(R"({"namespace": "n", "objects": [{"name": "b"}, {"name": "a"}],
             "tags": [{"name": "y"}, {"name": "x"}, {"name": "z"}]})");
  const auto objects = f.get(kNamespaces + "/n/objects?limit=1").json()["objects"];
  CHECK(f.names(objects, "name") == Names{"b", "a"});
  const auto tags = [&](const std::string& query) {
    return f.names(f.get(kNamespaces + "/n/tags" + query).json()["tags"], "name");
  };
  CHECK(tags("") == Names{"z", "x", "y"});
  CHECK(tags("?sort_dir=asc") == Names{"y", "x", "z"});
  CHECK(tags("?limit=1") == Names{"z"});
  CHECK(tags("?limit=0").empty());
  CHECK(tags("?marker=z&limit=1") == Names{"x"});
  CHECK(tags("?sort_key=name&sort_dir=asc&marker=x") == Names{"y", "z"});
  CHECK(tags("?sort_key=updated_at") == Names{"z", "x", "y"});
}

}  // namespace glint::origin
