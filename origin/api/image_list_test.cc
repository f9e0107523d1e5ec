// Listing images through the real catalog: who sees what, filters, pages.
#include <algorithm>

#include "origin/api/images.h"
#include "origin/api/test_support.h"

namespace glint::origin {

namespace {

// Names in the answer, sorted, joined: "a b c"; the status alone when it is not 200.
std::string names(ApiFixture& api, const std::string& query, const std::string& token = kMemberA) {
  const auto answer = api.call({.target = "/v2/images" + query, .token = token});
  if (answer.status != 200) return std::to_string(answer.status);
  std::vector<std::string> found;
  const auto page = answer.json();
  for (const auto& image : page["images"]) found.push_back(image["name"]);
  std::ranges::sort(found);
  std::string text;
  for (const auto& name : found) text += (text.empty() ? "" : " ") + name;
  return text;
}

void fill(ApiFixture& api) {
  const auto make = [&](const std::string& fields) { api.made("{" + fields + "}", kAdmin); };
  make(R"("name":"own-private","owner":"a","visibility":"private","disk_format":"raw")");
  make(R"("name":"own-shared","owner":"a","tags":["x","y"],"hw":"1","min_ram":512)");
  make(R"("name":"own-hidden","owner":"a","os_hidden":true)");
  make(R"("name":"own-community","owner":"a","visibility":"community","protected":true)");
  make(R"("name":"b-private","owner":"b","visibility":"private")");
  make(R"("name":"b-shared","owner":"b")");
  make(R"("name":"b-community","owner":"b","visibility":"community")");
  make(R"("name":"b-public","owner":"b","visibility":"public","tags":["x"],"hw":"2")");
}

}  // namespace

TEST_CASE("List: who sees which images", "[api][list]") {
  ApiFixture api;
  fill(api);
  CHECK(names(api, "") == "b-public own-community own-private own-shared");
  CHECK(names(api, "", kReaderA) == "b-public own-community own-private own-shared");
  CHECK(names(api, "", kNoRole) == "403");
  CHECK(names(api, "", kMemberB) == "b-community b-private b-public b-shared");
  CHECK(names(api, "", kAdmin) == "b-private b-public b-shared own-private own-shared");
  CHECK(names(api, "?visibility=community") == "b-community own-community");
  CHECK(names(api, "?visibility=all", kAdmin) ==
        "b-community b-private b-public b-shared own-community own-private own-shared");
  CHECK(names(api, "?visibility=") == "");
  CHECK(names(api, "?os_hidden=true") == "own-hidden");
}

TEST_CASE("List: filters combine", "[api][list]") {
  ApiFixture api;
  fill(api);
  struct Row {
    const char* query;
    const char* want;
  };
  for (const auto& row : std::vector<Row>{
           {"?name=own-shared", "own-shared"},
           {"?name=in:own-shared,b-public,none", "b-public own-shared"},
           {"?status=active", ""},
           {"?status=in:queued,active&visibility=private", "own-private"},
           {"?tag=x", "b-public own-shared"},
           {"?tag=x&tag=y", "own-shared"},
           {"?hw=2", "b-public"},
           {"?hw=in:1,2", ""},
           {"?disk_format=raw", "own-private"},
           {"?protected=true", "own-community"},
           {"?owner=b", "b-public"},
           {"?min_ram_min=1", "own-shared"},
           {"?min_ram=512", "own-shared"},
           {"?size_min=0", ""},
           {"?created_at=gt:2026-01-01&name=b-public", "b-public"},
           {"?created_at=lt:2020-01-01", ""},
           {"?unheard_of=x", ""},
           {"?name=a:b", "400"},
           {"?sort=colour", "400"},
       }) {
    CAPTURE(row.query);
    CHECK(names(api, row.query) == row.want);
  }
}

TEST_CASE("List: pages follow next until it ends", "[api][list]") {
  ApiFixture api;
  for (const char* name : {"a", "b", "c", "d"})
    api.made(R"({"name":")" + std::string(name) + "\"}");
  std::string seen;
  std::string target = "/v2/images?sort=name:asc&limit=2&status=queued";
  int pages = 0;
  for (; pages < 5; ++pages) {
    const auto page = api.call({.target = target}).json();
    CHECK(page["first"] == "/v2/images?sort=name%3Aasc&limit=2&status=queued");
    CHECK(page["schema"] == "/v2/schemas/images");
    for (const auto& image : page["images"]) seen += image["name"].get<std::string>();
    if (!page.contains("next")) break;
    target = page["next"].get<std::string>();
    CHECK(target.starts_with("/v2/images?sort=name%3Aasc&limit=2&status=queued&marker="));
  }
  CHECK(seen == "abcd");
  CHECK(pages == 2);  // the last full page still has a next, which leads to an empty one
}

TEST_CASE("List: no limit, no links beyond", "[api][list]") {
  ApiFixture api;
  api.made(R"({"name":"a"})");
  const auto none = api.call({.target = "/v2/images?limit=0"}).json();
  CHECK(none["images"].empty());
  CHECK_FALSE(none.contains("next"));
  CHECK(none["first"] == "/v2/images?limit=0");
  CHECK(api.call({.target = "/v2/images"}).json()["first"] == "/v2/images");
}

TEST_CASE("List: markers that are unknown, or of others", "[api][list]") {
  ApiFixture api;
  const auto foreign = api.made(R"({"visibility":"private"})", kMemberB);
  const auto marker = foreign.substr(foreign.rfind('/') + 1);
  CHECK(api.status({.target = "/v2/images?marker=" + marker}) == 403);
  CHECK(api.status({.target = "/v2/images?marker=" + marker, .token = kMemberB}) == 200);
  CHECK(api.status({.target = "/v2/images?marker=unknown"}) == 400);
  REQUIRE(api.status({.method = "DELETE", .target = foreign, .token = kMemberB}) == 204);
  CHECK(api.status({.target = "/v2/images?marker=" + marker, .token = kMemberB}) == 400);
}

}  // namespace glint::origin
