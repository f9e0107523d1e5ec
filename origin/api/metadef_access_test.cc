// Who may see and do what in namespaces of metadata definitions.

#include <catch2/catch.hpp>

#include "origin/api/test_support.h"

namespace glint::origin {
namespace {

const std::string kNamespaces = "/v2/metadefs/namespaces";

struct AccessFixture : ApiFixture {
  // A namespace of project "a" with one thing of each kind.
  std::string made(const std::string& attributes) {
    const auto answer = call({.method = "POST",
                              .target = kNamespaces,
                              .token = kAdmin,
                              .body = R"({"namespace": "n", "owner": "a",
        "resource_type_associations": [{"name": "T"}], "tags": [{"name": "t"}],
        "properties": {"p": {"title": "P", "type": "string"}}, "objects": [{"name": "o"}])" +
                                      attributes + "}"});
    REQUIRE(answer.status == 201);
    return kNamespaces + "/n";
  }
};

struct Operation {
  const char* method;
  const char* path;
  const char* body = "";
};

constexpr Operation kReads[] = {
    {"GET", ""},      {"GET", "/objects"}, {"GET", "/objects/o"},    {"GET", "/properties"},
    {"GET", "/tags"}, {"GET", "/tags/t"},  {"GET", "/properties/p"}, {"GET", "/resource_types"},
};
// Those that delete come last, the whole namespace at the very end.
constexpr Operation kChanges[] = {
    {"PUT", "/objects/o", R"({"name": "o"})"},
    {"POST", "/objects", R"({"name": "o2"})"},
    {"PUT", "/properties/p", R"({"name": "p", "title": "P", "type": "string"})"},
    {"POST", "/properties", R"({"name": "p2", "title": "P", "type": "string"})"},
    {"POST", "/tags", R"({"tags": [{"name": "t"}, {"name": "t2"}]})"},
    {"POST", "/tags/t3"},
    {"PUT", "/tags/t", R"({"name": "t"})"},
    {"POST", "/resource_types", R"({"name": "T2"})"},
};
constexpr Operation kDeletions[] = {
    {"DELETE", "/objects/o"},        {"DELETE", "/objects"}, {"DELETE", "/properties/p"},
    {"DELETE", "/properties"},       {"DELETE", "/tags/t"},  {"DELETE", "/tags"},
    {"DELETE", "/resource_types/T"}, {"DELETE", ""},
};

}  // namespace

TEST_CASE("Metadefs access: reading", "[api][metadefs]") {
  AccessFixture f;
  struct Case {
    const char* visibility;
    const char* token;
    int want;
  };
  const auto row = GENERATE(values<Case>({
      {"private", kAdmin, 200},
      {"private", kMemberA, 200},
      {"private", kReaderA, 200},
      {"private", kNoRole, 404},
      {"private", kMemberB, 404},
      {"private", "", 401},
      {"public", kReaderA, 200},
      {"public", kMemberB, 200},
      {"public", kNoRole, 404},
  }));
  CAPTURE(row.visibility, row.token);
  const auto path = f.made(R"(, "visibility": ")" + std::string(row.visibility) + "\"");
  for (const auto& operation : kReads) {
    CAPTURE(operation.path);
    CHECK(f.status({.target = path + operation.path, .token = row.token}) == row.want);
  }
}

TEST_CASE("Metadefs access: changing is for admins, and what is unseen is not there",
          "[api][metadefs]") {
  AccessFixture f;
  const auto path = f.made(R"(, "visibility": "private")");
  const auto status = [&](const Operation& operation, const char* token) {
    return f.status({.method = operation.method,
                     .target = path + operation.path,
                     .token = token,
                     .body = operation.body});
  };
  const auto everyone = [&](const Operation& operation) {
    CAPTURE(operation.method, operation.path);
    CHECK(status(operation, kMemberA) == 403);
    CHECK(status(operation, kReaderA) == 403);
    CHECK(status(operation, kMemberB) == 404);
    CHECK(status(operation, kNoRole) == 404);
    CHECK(status(operation, kAdmin) < 300);
  };
  for (const auto& operation : kChanges) everyone(operation);
  CHECK(status({"PUT", "", R"({"namespace": "n"})"}, kMemberA) == 403);
  CHECK(status({"PUT", "", R"({"namespace": "n"})"}, kMemberB) == 404);
  CHECK(status({"DELETE", ""}, kMemberA) == 403);
  CHECK(status({"DELETE", ""}, kMemberB) == 404);
  CHECK(f.status({.method = "POST",
                  .target = kNamespaces,
                  .token = kMemberA,
                  .body = R"({"namespace": "mine"})"}) == 403);
}

TEST_CASE("Metadefs access: what is protected is changed, not deleted", "[api][metadefs]") {
  AccessFixture f;
  const auto path = f.made(R"(, "protected": true)");
  const auto status = [&](const Operation& operation) {
    CAPTURE(operation.method, operation.path);
    return f.status({.method = operation.method,
                     .target = path + operation.path,
                     .token = kAdmin,
                     .body = operation.body});
  };
  for (const auto& operation : kDeletions) CHECK(status(operation) == 403);
  CHECK(status({"DELETE", "/objects/none"}) == 404);
  for (const auto& operation : kChanges) CHECK(status(operation) < 300);
  REQUIRE(status({"PUT", "", R"({"namespace": "n", "owner": "a"})"}) == 200);
  for (const auto& operation : kDeletions) {
    if (operation.path == std::string("/objects") || operation.path == std::string("/tags"))
      REQUIRE(status({"POST", "/objects", R"({"name": "again"})"}) < 500);
    CHECK(status(operation) == 204);
  }
}

TEST_CASE("Metadefs access: lists are for readers of a project", "[api][metadefs]") {
  AccessFixture f;
  f.made("");
  struct Case {
    const char* token;
    int status;
    std::size_t seen;
  };
  const auto row = GENERATE(values<Case>({
      {kAdmin, 200, 1},
      {kReaderA, 200, 1},
      {kMemberB, 200, 0},
      {kNoRole, 404, 0},
      {"", 401, 0},
  }));
  CAPTURE(row.token);
  const auto list = f.call({.target = kNamespaces, .token = row.token});
  CHECK(list.status == row.status);
  if (list.status == 200) CHECK(list.json()["namespaces"].size() == row.seen);
  CHECK(f.status({.target = "/v2/metadefs/resource_types", .token = row.token}) == row.status);
}

}  // namespace glint::origin
