// Members of an image: who may what, and in which order it is checked.
#include "image/member.h"
#include "origin/api/test_support.h"

namespace glint::origin {

using nlohmann::json;

namespace {

std::string adding(const std::string& project) { return json{{"member", project}}.dump(); }
std::string answering(const std::string& status) { return json{{"status", status}}.dump(); }

struct MembersFixture : ApiFixture {
  explicit MembersFixture(ApiOptions options = {}) : ApiFixture(std::move(options)) {}

  ApiAnswer add(const std::string& project, const std::string& token = kMemberA) {
    return call({.method = "POST", .target = members, .token = token, .body = adding(project)});
  }
  ApiAnswer answer(const std::string& project, const std::string& status,
                   const std::string& token) {
    return call({.method = "PUT",
                 .target = members + "/" + project,
                 .token = token,
                 .body = answering(status),
                 .headers = {}});
  }
  int statusOf(const std::string& method, const std::string& target, const std::string& token) {
    return call({.method = method, .target = target, .token = token}).status;
  }
  void setVisibility(image::Visibility visibility) {
    change(path, [&](image::Image& image) -> Status {
      image.visibility = visibility;
      return {};
    });
  }

  const std::string path = made();
  const std::string members = path + "/members";
};

}  // namespace

TEST_CASE("Members: sharing, answering, taking back", "[api][members]") {
  MembersFixture api;
  CHECK(api.statusOf("GET", api.path, kMemberB) == 404);
  const auto added = api.add("b");
  CHECK(added.status == 200);
  CHECK(added.json()["member_id"] == "b");
  CHECK(added.json()["status"] == "pending");
  CHECK(added.json()["image_id"] == api.path.substr(api.path.rfind('/') + 1));
  CHECK(added.json()["schema"] == "/v2/schemas/member");
  // A pending member sees the image by its id, and no list of its own yet.
  CHECK(api.statusOf("GET", api.path, kMemberB) == 200);
  const auto listed = [&] {
    return api.call({.target = "/v2/images", .token = kMemberB}).json()["images"].size();
  };
  CHECK(listed() == 0);
  const auto accepted = api.answer("b", "accepted", kMemberB);
  CHECK(accepted.status == 200);
  CHECK(accepted.json()["status"] == "accepted");
  CHECK(accepted.json()["created_at"] == added.json()["created_at"]);
  CHECK(listed() == 1);
  CHECK(api.statusOf("DELETE", api.members + "/b", kMemberA) == 204);
  CHECK(api.statusOf("GET", api.path, kMemberB) == 404);
  CHECK(api.add("b").json()["status"] == "pending");
}

TEST_CASE("Members: what is refused, and how", "[api][members]") {
  struct Row {
    const char* method;
    const char* member;  // after the path of the members; "": none
    const char* token;
    std::string body;
    int want;
  };
  const auto row = GENERATE(values<Row>({
      {"POST", "", kMemberA, "", 400},
      {"POST", "", kMemberA, "[]", 400},
      {"POST", "", kMemberA, R"({"member":""})", 400},
      {"POST", "", kMemberA, R"({"tenant":"c"})", 400},
      {"POST", "", kMemberA, adding("b"), 409},
      {"POST", "", kMemberA, adding("a"), 200},  // the owner, too
      {"POST", "", kMemberA, R"({"member":5})", 200},
      {"POST", "", kReaderA, adding("c"), 403},
      {"POST", "", kMemberB, adding("c"), 403},
      {"POST", "", kNoRole, adding("c"), 404},
      {"POST", "", kAdmin, adding("c"), 200},
      {"GET", "", kMemberA, "", 200},
      {"GET", "", kReaderA, "", 200},
      {"GET", "", kMemberB, "", 200},
      {"GET", "", kNoRole, "", 404},
      {"GET", "/b", kMemberA, "", 200},
      {"GET", "/b", kMemberB, "", 200},
      {"GET", "/c", kMemberA, "", 404},
      {"GET", "/d", kMemberB, "", 404},  // a member, but not one it sees
      {"PUT", "/b", kMemberB, answering("rejected"), 200},
      {"PUT", "/b", kAdmin, answering("accepted"), 200},
      {"PUT", "/b", kMemberA, answering("accepted"), 403},
      {"PUT", "/b", kMemberB, answering("maybe"), 400},
      {"PUT", "/b", kMemberB, "{}", 400},
      {"PUT", "/b", kMemberA, answering("maybe"), 403},  // what it says counts last
      {"PUT", "/c", kAdmin, answering("maybe"), 404},
      {"PUT", "/c", kMemberB, answering("accepted"), 404},
      {"PUT", "/d", kMemberB, answering("accepted"), 404},
      {"DELETE", "/b", kMemberA, "", 204},
      {"DELETE", "/b", kMemberB, "", 403},
      {"DELETE", "/b", kReaderA, "", 403},
      {"DELETE", "/c", kMemberA, "", 404},
      {"PATCH", "", kMemberA, "{}", 405},
  }));
  CAPTURE(row.method, row.member, row.token, row.body);
  MembersFixture api;
  REQUIRE(api.add("b").status == 200);
  REQUIRE(api.add("d").status == 200);
  CHECK(api.call({.method = row.method,
                  .target = api.members + row.member,
                  .token = row.token,
                  .body = row.body})
            .status == row.want);
}

TEST_CASE("Members: an image that is not shared has none", "[api][members]") {
  MembersFixture api;
  REQUIRE(api.add("b").status == 200);
  using enum image::Visibility;
  for (const auto visibility : {kPrivate, kCommunity, kPublic}) {
    CAPTURE(toString(visibility));
    api.setVisibility(visibility);
    const int foreign = visibility == kPrivate ? 404 : 403;
    CHECK(api.add("c").status == 403);
    CHECK(api.add("c", kMemberB).status == foreign);
    CHECK(api.statusOf("GET", api.members, kMemberA) == 403);
    CHECK(api.statusOf("GET", api.members, kNoRole) == 403);
    CHECK(api.statusOf("GET", api.members + "/b", kMemberA) == 404);
    CHECK(api.answer("b", "accepted", kAdmin).status == 403);
    CHECK(api.statusOf("DELETE", api.members + "/b", kMemberA) == 403);
  }
  api.setVisibility(kShared);  // the rows were kept
  CHECK(api.statusOf("GET", api.path, kMemberB) == 200);
}

TEST_CASE("Members: the owner sees all, a member itself", "[api][members]") {
  MembersFixture api;
  REQUIRE(api.add("b").status == 200);
  REQUIRE(api.add("c").status == 200);
  const auto seen = [&](const char* token) {
    std::string projects;
    const auto list = api.call({.target = api.members, .token = token}).json();
    CHECK(list["schema"] == "/v2/schemas/members");
    for (const auto& member : list["members"]) projects += member["member_id"].get<std::string>();
    return projects;
  };
  CHECK(seen(kMemberA) == "bc");
  CHECK(seen(kAdmin) == "bc");
  CHECK(seen(kMemberB) == "b");
}

TEST_CASE("Members: the quota", "[api][members]") {
  MembersFixture api({.image_member_quota = 1});
  CHECK(api.add("b").status == 200);
  CHECK(api.add("b").status == 409);
  CHECK(api.add("c").status == 413);
  MembersFixture none({.image_member_quota = 0});
  CHECK(none.add("b").status == 413);
  MembersFixture any({.image_member_quota = -1});
  CHECK(any.add("b").status == 200);
}

TEST_CASE("Members: schemas", "[api][members]") {
  ApiFixture api;
  CHECK(api.call({.target = "/v2/schemas/member"}).json()["name"] == "member");
  CHECK(api.call({.target = "/v2/schemas/members", .token = kNoRole}).json()["name"] == "members");
}

}  // namespace glint::origin
