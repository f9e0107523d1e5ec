#include "origin/api/test_support.h"

namespace glint::origin {
namespace {

TEST_CASE("Cache routes: who may is decided before it is said that there is no cache", "[api]") {
  ApiFixture f;
  const std::string path = f.made();
  const std::string id = path.substr(path.rfind('/') + 1);
  struct Row {
    const char* method;
    std::string target;
  };
  const std::vector<Row> rows = {{"GET", "/v2/cache"},
                                 {"DELETE", "/v2/cache"},
                                 {"PUT", "/v2/cache/" + id},
                                 {"DELETE", "/v2/cache/" + id},
                                 {"POST", "/v2/cache/clean"},
                                 {"POST", "/v2/cache/prune"},
                                 {"GET", "/v2/cache/nodes/" + id}};
  for (const Row& row : rows) {
    CAPTURE(row.method, row.target);
    CHECK(f.status({.method = row.method, .target = row.target, .token = kMemberA}) == 403);
    const auto answer = f.call({.method = row.method, .target = row.target, .token = kAdmin});
    CHECK(answer.status == 404);
    CHECK(answer.body.find("Caching via API is not supported") != std::string::npos);
  }
}

TEST_CASE("Cache routes: an image that is none is told first", "[api]") {
  ApiFixture f;
  for (const char* token : {kAdmin, kMemberA}) {
    const auto answer = f.call({.method = "PUT", .target = "/v2/cache/unknown", .token = token});
    CHECK(answer.status == 404);
    CHECK(answer.body.find("Caching") == std::string::npos);
  }
}

TEST_CASE("Cache routes: clean and prune are no images", "[api]") {
  ApiFixture f;
  const auto answer = f.call({.method = "DELETE", .target = "/v2/cache/clean", .token = kAdmin});
  CHECK(answer.status == 405);
  CHECK(answer.header("allow") == "POST");
}

}  // namespace
}  // namespace glint::origin
