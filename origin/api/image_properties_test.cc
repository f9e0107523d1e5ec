// Property protections as clients meet them: creating, showing, listing, changing.
#include "origin/api/test_support.h"

namespace glint::origin {
namespace {

constexpr const char* kProtections =
    "[^secret_]\ncreate = admin,member\nread = admin\nupdate = admin\ndelete = admin\n"
    "[^admin_]\ncreate = admin\nread = @\nupdate = admin\ndelete = admin\n"
    "[^fixed_]\ncreate = @\nread = @\nupdate = !\ndelete = !\n"
    "[.*]\ncreate = @\nread = @\nupdate = @\ndelete = @\n";

ApiFixture protectedApi() { return ApiFixture::with({.protection = kProtections}); }

}  // namespace

TEST_CASE("Properties: creating with protected ones", "[api][protection]") {
  struct Row {
    const char* token;
    const char* body;
    int want;
  };
  const auto row = GENERATE(values<Row>({
      {kMemberA, R"({"name": "n", "free": "1", "fixed_a": "1", "secret_a": "1"})", 201},
      {kMemberA, R"({"admin_a": "1"})", 403},
      {kAdmin, R"({"admin_a": "1"})", 201},
      {kReaderA, R"({"free": "1"})", 403},
  }));
  CAPTURE(row.body);
  auto api = protectedApi();
  const auto answer = api.create(row.body, row.token);
  CHECK(answer.status == row.want);
  CHECK_FALSE(answer.json().contains("secret_a"));
}

TEST_CASE("Properties: what may not be read is not shown", "[api][protection]") {
  auto api = protectedApi();
  const auto path = api.made(R"({"free": "1", "secret_a": "s"})");
  CHECK_FALSE(api.call({.target = path}).json().contains("secret_a"));
  CHECK(api.call({.target = path}).json()["free"] == "1");
  CHECK(api.call({.target = path, .token = kAdmin}).json()["secret_a"] == "s");
  const auto list = api.call({.target = "/v2/images"}).json()["images"];
  REQUIRE(list.size() == 1);
  CHECK_FALSE(list[0].contains("secret_a"));
  CHECK(list[0]["free"] == "1");
}

TEST_CASE("Properties: changing protected ones", "[api][protection]") {
  struct Row {
    const char* token;
    const char* patch;
    int want;
  };
  const auto row = GENERATE(values<Row>({
      {kMemberA, R"([{"op": "replace", "path": "/free", "value": "2"}])", 200},
      {kMemberA, R"([{"op": "remove", "path": "/free"}])", 200},
      // Unreadable: as if it were not there; adding needs the right to create.
      {kMemberA, R"([{"op": "replace", "path": "/secret_a", "value": "2"}])", 409},
      {kMemberA, R"([{"op": "remove", "path": "/secret_a"}])", 409},
      {kMemberA, R"([{"op": "add", "path": "/secret_a", "value": "2"}])", 200},
      {kMemberA, R"([{"op": "add", "path": "/secret_b", "value": "2"}])", 200},
      // Readable without the right.
      {kMemberA, R"([{"op": "add", "path": "/fixed_a", "value": "2"}])", 403},
      {kMemberA, R"([{"op": "replace", "path": "/fixed_a", "value": "2"}])", 403},
      {kMemberA, R"([{"op": "remove", "path": "/fixed_a"}])", 403},
      {kMemberA, R"([{"op": "add", "path": "/admin_a", "value": "2"}])", 403},
      {kMemberA, R"([{"op": "replace", "path": "/nowhere", "value": "2"}])", 409},
      {kAdmin, R"([{"op": "replace", "path": "/secret_a", "value": "2"}])", 200},
      {kAdmin, R"([{"op": "remove", "path": "/secret_a"}])", 200},
      {kAdmin, R"([{"op": "remove", "path": "/fixed_a"}])", 403},
      // Base attributes are never protected.
      {kMemberA, R"([{"op": "replace", "path": "/name", "value": "2"}])", 200},
  }));
  CAPTURE(row.patch);
  auto api = protectedApi();
  const auto path = api.made(R"({"free": "1", "fixed_a": "1", "secret_a": "s"})");
  const auto answer = api.patch(path, row.patch, row.token);
  CHECK(answer.status == row.want);
  if (row.token == kMemberA) CHECK_FALSE(answer.json().contains("secret_a"));
}

TEST_CASE("Properties: a change by who cannot read one keeps it", "[api][protection]") {
  auto api = protectedApi();
  const auto path = api.made(R"({"free": "1", "secret_a": "s"})");
  CHECK(api.patch(path, R"([{"op": "replace", "path": "/free", "value": "2"}])").status == 200);
  CHECK(api.status({.method = "PUT", .target = path + "/tags/t"}) == 204);
  const auto shown = api.call({.target = path, .token = kAdmin}).json();
  CHECK(shown["secret_a"] == "s");
  CHECK(shown["free"] == "2");
}

TEST_CASE("Properties: protections by policy rules", "[api][protection]") {
  auto api = ApiFixture::with({.protection = "[^x_]\ncreate = context_is_admin\nread = default\n"
                                             "update = context_is_admin\ndelete = !\n"
                                             "[.*]\ncreate = @\nread = @\nupdate = @\ndelete = @\n",
                               .format = ProtectionFormat::kPolicies});
  CHECK(api.create(R"({"x_a": "1"})").status == 403);
  CHECK(api.create(R"({"x_a": "1"})", kAdmin).json()["x_a"] == "1");
  CHECK(api.create(R"({"y": "1"})").json()["y"] == "1");
}

}  // namespace glint::origin
