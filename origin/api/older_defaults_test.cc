// The access matrix with the older default rules beside the new ones: roles do not matter, owners
// do (spec: auth-policy §4, last paragraph). The matrix of the new rules alone is beside each row.
#include <array>

#include "origin/api/test_support.h"

namespace glint::origin {
namespace {

constexpr const char* kPatch = R"([{"op": "replace", "path": "/name", "value": "x"}])";

struct Step {
  const char* name;
  int (*status)(ApiFixture& api, const std::string& path, const std::string& token);
};
// In the order of the codes in a row; deleting comes last.
constexpr std::array kSteps = {
    Step{"show",
         [](ApiFixture& api, const std::string& path, const std::string& token) {
           return api.status({.target = path, .token = token});
         }},
    Step{"patch", [](ApiFixture& api, const std::string& path,
                     const std::string& token) { return api.patch(path, kPatch, token).status; }},
    Step{"tag",
         [](ApiFixture& api, const std::string& path, const std::string& token) {
           return api.status({.method = "PUT", .target = path + "/tags/t", .token = token});
         }},
    Step{"deactivate",
         [](ApiFixture& api, const std::string& path, const std::string& token) {
           return api.status(
               {.method = "POST", .target = path + "/actions/deactivate", .token = token});
         }},
    Step{"members",
         [](ApiFixture& api, const std::string& path, const std::string& token) {
           return api.status({.target = path + "/members", .token = token});
         }},
    Step{"share",
         [](ApiFixture& api, const std::string& path, const std::string& token) {
           return api.status({.method = "POST",
                              .target = path + "/members",
                              .token = token,
                              .body = R"({"member": "c"})"});
         }},
    Step{"delete",
         [](ApiFixture& api, const std::string& path, const std::string& token) {
           return api.status({.method = "DELETE", .target = path, .token = token});
         }},
};

std::string imageOf(ApiFixture& api, const std::string& visibility) {
  const auto path = api.made(R"({"visibility": ")" + visibility + R"(", "owner": "a"})", kAdmin);
  api.change(path, [](image::Image& image) -> Status {
    image.status = image::ImageStatus::kActive;
    return {};
  });
  return path;
}

}  // namespace

TEST_CASE("Older defaults: the access matrix both ways", "[api][policy][matrix]") {
  struct Row {
    const char* visibility;
    const char* token;
    std::array<int, kSteps.size()> newer;
    std::array<int, kSteps.size()> older;
  };
  const auto row = GENERATE(values<Row>({
      {"private",
       kMemberA,
       {200, 200, 204, 204, 403, 403, 204},
       {200, 200, 204, 204, 403, 403, 204}},
      {"private",
       kReaderA,
       {200, 403, 403, 403, 403, 403, 403},
       {200, 200, 204, 204, 403, 403, 204}},
      {"private",
       kNoRole,
       {404, 404, 404, 404, 403, 403, 404},
       {200, 200, 204, 204, 403, 403, 204}},
      {"private",
       kMemberB,
       {404, 404, 404, 404, 404, 404, 404},
       {404, 404, 404, 404, 404, 404, 404}},
      {"private", kAdmin, {200, 200, 204, 204, 403, 403, 204}, {200, 200, 204, 204, 403, 403, 204}},
      {"shared",
       kMemberA,
       {200, 200, 204, 204, 200, 200, 204},
       {200, 200, 204, 204, 200, 200, 204}},
      {"shared",
       kReaderA,
       {200, 403, 403, 403, 200, 403, 403},
       {200, 200, 204, 204, 200, 200, 204}},
      {"shared", kNoRole, {404, 404, 404, 404, 404, 404, 404}, {200, 200, 204, 204, 200, 200, 204}},
      {"shared", kAdmin, {200, 200, 204, 204, 200, 200, 204}, {200, 200, 204, 204, 200, 200, 204}},
      {"community",
       kMemberB,
       {200, 403, 403, 403, 403, 403, 403},
       {200, 403, 403, 403, 403, 403, 403}},
      {"public",
       kMemberB,
       {200, 403, 403, 403, 403, 403, 403},
       {200, 403, 403, 403, 403, 403, 403}},
      {"public",
       kReaderA,
       {200, 403, 403, 403, 403, 403, 403},
       {200, 200, 204, 204, 403, 403, 204}},
      {"public", kNoRole, {404, 404, 404, 404, 403, 403, 404}, {200, 200, 204, 204, 403, 403, 204}},
  }));
  const bool older = GENERATE(false, true);
  auto api = ApiFixture::with({.mode = {.older_defaults = older}});
  const auto path = imageOf(api, row.visibility);
  for (std::size_t i = 0; i < kSteps.size(); ++i) {
    CAPTURE(row.visibility, row.token, older, kSteps.at(i).name);
    CHECK(kSteps.at(i).status(api, path, row.token) == (older ? row.older : row.newer).at(i));
  }
}

TEST_CASE("Older defaults: list, create, membership", "[api][policy][matrix]") {
  const bool older = GENERATE(false, true);
  CAPTURE(older);
  auto api = ApiFixture::with({.mode = {.older_defaults = older}});
  CHECK(api.status({.target = "/v2/images", .token = kNoRole}) == (older ? 200 : 403));
  CHECK(api.create("{}", kReaderA).status == (older ? 201 : 403));
  CHECK(api.create(R"({"owner": "b"})", kMemberA).status == 403);
  CHECK(api.create(R"({"visibility": "public"})", kMemberA).status == 403);
  CHECK(api.create(R"({"visibility": "community"})", kReaderA).status == (older ? 201 : 403));

  const auto shared = imageOf(api, "shared");
  REQUIRE(
      api.status({.method = "POST", .target = shared + "/members", .body = R"({"member": "b"})"}) ==
      200);
  const auto accept = [&](const char* token) {
    return api.status({.method = "PUT",
                       .target = shared + "/members/b",
                       .token = token,
                       .body = R"({"status": "accepted"})"});
  };
  CHECK(accept(kMemberA) == 403);
  CHECK(accept(kMemberB) == 200);
  CHECK(api.status({.method = "DELETE", .target = shared + "/members/b", .token = kMemberB}) ==
        403);
  CHECK(api.status({.method = "DELETE", .target = shared + "/members/b"}) == 204);
}

}  // namespace glint::origin
