#include "proxy/link_rewriter.h"

#include <catch2/catch.hpp>

namespace glint::proxy {
namespace {

TEST_CASE("Links: a Location that points at the upstream points at the edge", "[proxy]") {
  struct Row {
    const char* upstream;
    const char* location;
    const char* want;
  };
  const auto row = GENERATE(values<Row>({
      {"http://up:9292", "http://up:9292/v2/images/a", "http://edge/v2/images/a"},
      {"http://up:9292", "https://UP:9292/v2/images/a", "http://edge/v2/images/a"},
      {"http://up/image", "http://up/image/v2/images/a", "http://edge/v2/images/a"},
      {"http://up/image", "http://up/images/v2", "http://edge/images/v2"},
      {"http://up:9292", "http://up:9292", "http://edge"},
      {"http://up:9292", "http://other:9292/v2", "http://other:9292/v2"},
      {"http://up:9292", "http://up:92921/v2", "http://up:92921/v2"},
      {"http://up:9292", "/v2/images/a", "/v2/images/a"},
      {"http://up:9292", "", ""},
  }));
  CAPTURE(row.upstream, row.location);
  CHECK(rewriteLocation(row.location, row.upstream, "http://edge") == row.want);
  CHECK(rewriteLocation(row.location, row.upstream, "") == row.location);
}

TEST_CASE("Links: every href of a version document becomes the edge's", "[proxy]") {
  const std::string document =
      R"({"versions":[{"id":"v2.9","links":[{"rel":"self","href": "https://public.example/v2/"}]},)"
      R"({"links":[{"href":"http://up/image/v2/"},{"href":"/v2/"}]}],"href":)";
  CHECK(rewriteVersions(document, "http://up/image", "http://edge:1") ==
        R"({"versions":[{"id":"v2.9","links":[{"rel":"self","href": "http://edge:1/v2/"}]},)"
        R"({"links":[{"href":"http://edge:1/v2/"},{"href":"/v2/"}]}],"href":)");
  CHECK(rewriteVersions("no json", "http://up", "http://edge") == "no json");
}

TEST_CASE("Versions: those of the cache routes are added, once", "[proxy]") {
  const std::string without =
      R"({"versions": [{"id": "v2.17", "status": "CURRENT", "links": [{"href": "x"}]}]})";
  const std::string with = withCacheVersions(without);
  for (const char* id : {"v2.14", "v2.16", "v2.18"}) {
    const std::string entry =
        std::string(R"({"id":")") + id + R"(","status":"SUPPORTED","links":[{"href":"x"}]})";
    CHECK(with.find(entry) != std::string::npos);
  }
  CHECK(with.find(R"({"id":"v2.17","status":"CURRENT")") != std::string::npos);
  CHECK(withCacheVersions(with) == with);
  for (const char* other : {"", "[]", "{}", R"({"versions": []})", R"({"versions": [1]})"})
    CHECK(withCacheVersions(other) == other);
}

}  // namespace
}  // namespace glint::proxy
