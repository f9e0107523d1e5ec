// Create, show, change, delete and tag images: status codes in the order of the API's checks.
#include "origin/api/images.h"

#include "origin/api/test_support.h"

namespace glint::origin {

using nlohmann::json;

namespace {

constexpr const char* kForeignId = "e7db3b45-8db7-47ad-8109-3fb55c2c24fd";
std::string withId(const std::string& id) { return R"({"id":")" + id + R"("})"; }

}  // namespace

TEST_CASE("Create: the answer is the image, with its absolute location", "[api][create]") {
  ApiFixture api;
  const auto answer = api.create(R"({"name":"n","disk_format":"raw","tags":["t"],"hw":"1"})");
  CHECK(answer.status == 201);
  const auto image = answer.json();
  const auto id = image["id"].get<std::string>();
  CHECK(looksLikeUuid(id));
  CHECK(answer.header("Location") == "http://images.test/v2/images/" + id);
  CHECK_FALSE(answer.header("OpenStack-image-import-methods"));
  CHECK(image["status"] == "queued");
  CHECK(image["visibility"] == "shared");
  CHECK(image["owner"] == "a");
  CHECK(image["hw"] == "1");
  CHECK(image["created_at"] == image["updated_at"]);
  CHECK(image["size"].is_null());
  const auto shown = api.call({.target = "/v2/images/" + id});
  CHECK(shown.status == 200);
  CHECK(shown.json() == image);
}

TEST_CASE("Create: who may what, after the form, before the quotas", "[api][create]") {
  struct Row {
    const char* token;
    const char* body;
    int want;
  };
  const auto row = GENERATE(values<Row>({
      {kMemberA, "", 400},
      {kMemberA, "[]", 400},
      {kReaderA, "{}", 403},
      {kReaderA, R"({"name":5})", 400},
      {kReaderA, R"({"self":"x"})", 403},
      {kNoRole, "{}", 403},
      {kMemberA, R"({"owner":"a"})", 201},
      {kMemberA, R"({"owner":"b"})", 403},
      {kMemberA, R"({"owner":null})", 403},
      {kMemberA, R"({"owner":""})", 403},
      {kAdmin, R"({"owner":"b"})", 201},
      {kAdmin, R"({"owner":null})", 201},
      {kMemberA, R"({"visibility":"public"})", 403},
      {kMemberA, R"({"visibility":"community"})", 201},
      {kAdmin, R"({"visibility":"public"})", 201},
      {kMemberA, R"({"tags":["1","2","3"]})", 413},
      {kReaderA, R"({"tags":["1","2","3"]})", 403},
      {kMemberA, R"({"tags":["1","2","3"],"status":"active"})", 413},
      {kMemberA, R"({"status":"active","min_disk":-1})", 403},
      {kMemberA, R"({"a":"1","b":"2","c":"3"})", 413},
      {kMemberA, R"({"min_disk":-1,"a":"1","b":"2","c":"3"})", 400},
  }));
  CAPTURE(row.token, row.body);
  ApiFixture api({.image_property_quota = 2, .image_tag_quota = 2});
  CHECK(api.create(row.body, row.token).status == row.want);
}

TEST_CASE("Create: an id is used once, ever, and kept as written", "[api][create]") {
  ApiFixture api;
  const std::string upper = "E7DB3B45-8DB7-47AD-8109-3FB55C2C24FD";
  CHECK(api.create(withId(upper)).json()["id"] == upper);
  CHECK(api.status({.target = "/v2/images/" + upper}) == 200);
  CHECK(api.create(withId(upper), kMemberB).status == 409);
  CHECK(api.status({.method = "DELETE", .target = "/v2/images/" + upper}) == 204);
  CHECK(api.create(withId(upper)).status == 409);
}

TEST_CASE("Show: the access matrix by visibility", "[api][show]") {
  struct Row {
    const char* visibility;
    int owner_reader;
    int other;
    int no_role;
    int admin;
  };
  const auto row = GENERATE(values<Row>({
      {"private", 200, 404, 404, 200},
      {"shared", 200, 404, 404, 200},
      {"community", 200, 200, 404, 200},
      {"public", 200, 200, 404, 200},
  }));
  CAPTURE(row.visibility);
  ApiFixture api;
  const auto path =
      api.made(R"({"owner":"a","visibility":")" + std::string(row.visibility) + R"("})", kAdmin);
  CHECK(api.status({.target = path, .token = kMemberA}) == 200);
  CHECK(api.status({.target = path, .token = kReaderA}) == row.owner_reader);
  CHECK(api.status({.target = path, .token = kMemberB}) == row.other);
  CHECK(api.status({.target = path, .token = kNoRole}) == row.no_role);
  CHECK(api.status({.target = path, .token = kAdmin}) == row.admin);
  // The same people, changing: hidden images stay hidden, seen ones are refused.
  const int refused = row.other == 200 ? 403 : 404;
  const char* change = R"([{"op":"add","path":"/x","value":"1"}])";
  CHECK(api.patch(path, change, kMemberB).status == refused);
  CHECK(api.patch(path, change, kReaderA).status == 403);
  CHECK(api.patch(path, change, kNoRole).status == 404);
  CHECK(api.status({.method = "PUT", .target = path + "/tags/t", .token = kMemberB}) == refused);
  CHECK(api.status({.method = "PUT", .target = path + "/tags/t", .token = kReaderA}) == 403);
  CHECK(api.status({.method = "DELETE", .target = path, .token = kMemberB}) == refused);
  CHECK(api.status({.method = "DELETE", .target = path, .token = kReaderA}) == 403);
  CHECK(api.status({.method = "DELETE", .target = path, .token = kNoRole}) == 404);
  CHECK(api.status({.method = "DELETE", .target = path, .token = kAdmin}) == 204);
  CHECK(api.status({.target = path, .token = kAdmin}) == 404);
}

TEST_CASE("Show: an image without owner is everybody's to read, the admin's to change",
          "[api][show]") {
  ApiFixture api;
  const auto path = api.made(R"({"owner":null,"visibility":"private"})", kAdmin);
  // Private without owner: found, but no rule speaks for others.
  CHECK(api.status({.target = path, .token = kMemberB}) == 404);
  CHECK(api.patch(path, R"([{"op":"add","path":"/visibility","value":"public"}])", kAdmin).status ==
        200);
  CHECK(api.status({.target = path, .token = kMemberB}) == 200);
  CHECK(api.patch(path, R"([{"op":"add","path":"/x","value":"1"}])", kMemberB).status == 403);
}

TEST_CASE("Patch: media types, then the document, then the image", "[api][patch]") {
  ApiFixture api;
  const auto unknown = "/v2/images/" + std::string(kForeignId);
  const auto json_type = api.patch(unknown, "[]", kMemberA, "application/json");
  CHECK(json_type.status == 415);
  CHECK(json_type.header("Accept-Patch") ==
        "application/openstack-images-v2.0-json-patch, "
        "application/openstack-images-v2.1-json-patch");
  CHECK(api.patch(unknown, "{").status == 400);
  CHECK(api.patch(unknown, R"([{"op":"add","path":"/id","value":"x"}])").status == 403);
  CHECK(api.patch(unknown, "[]").status == 404);
  const auto path = api.made();
  CHECK(api.patch(path, "[]", kReaderA).status == 200);
  CHECK(api.patch(path, "[]", kMemberA, std::string(kPatchV20) + "; charset=utf-8").status == 200);
  CHECK(api.patch(path, R"([{"add":"/name","value":"x"}])", kMemberA, kPatchV20).status == 409);
}

TEST_CASE("Patch: all or nothing, and the answer is the image", "[api][patch]") {
  ApiFixture api;
  const auto path = api.made(R"({"hw":"1"})");
  CHECK(api.patch(path, R"([{"op":"add","path":"/name","value":"new"},
                             {"op":"remove","path":"/none"}])")
            .status == 409);
  CHECK(api.call({.target = path}).json()["name"].is_null());
  const auto answer = api.patch(path, R"([{"op":"add","path":"/name","value":"new"},
                                           {"op":"remove","path":"/hw"},
                                           {"op":"replace","path":"/tags","value":["b","a"]}])");
  CHECK(answer.status == 200);
  CHECK(answer.json() == api.call({.target = path}).json());
  CHECK(answer.json()["name"] == "new");
  CHECK(answer.json()["tags"] == json::parse(R"(["a","b"])"));
  CHECK_FALSE(answer.json().contains("hw"));
}

TEST_CASE("Patch: what an owner may not do to the own image", "[api][patch]") {
  struct Row {
    const char* change;
    int member;
    int admin;
  };
  const auto row = GENERATE(values<Row>({
      {R"([{"op":"replace","path":"/visibility","value":"public"}])", 403, 200},
      {R"([{"op":"replace","path":"/visibility","value":"community"}])", 200, 200},
      {R"([{"op":"replace","path":"/visibility","value":"private"}])", 200, 200},
      {R"([{"op":"replace","path":"/owner","value":"a"}])", 403, 200},
      {R"([{"op":"add","path":"/owner","value":"b"}])", 403, 200},
      {R"([{"op":"replace","path":"/disk_format","value":"raw"}])", 403, 403},
      {R"([{"op":"remove","path":"/name"}])", 403, 403},
      {R"([{"op":"replace","path":"/min_ram","value":-5}])", 400, 400},
      {R"([{"op":"add","path":"/locations/-","value":{"url":"file:///x","metadata":{}}}])", 403,
       403},
      {R"([{"op":"add","path":"/c","value":"1"}])", 413, 413},
      {R"([{"op":"replace","path":"/tags","value":["1","2","3"]}])", 413, 413},
  }));
  CAPTURE(row.change);
  ApiFixture api({.image_property_quota = 2, .image_tag_quota = 2});
  const auto path = api.made(R"({"a":"1","b":"2"})");
  api.change(path, [](image::Image& image) -> Status {
    image.status = image::ImageStatus::kActive;
    return {};
  });
  CHECK(api.patch(path, row.change, kMemberA).status == row.member);
  CHECK(api.patch(path, row.change, kAdmin).status == row.admin);
}

TEST_CASE("Delete: protected images stay, bytes go with the image", "[api][delete]") {
  ApiFixture api;
  CHECK(api.status({.method = "DELETE", .target = "/v2/images/none"}) == 404);
  const auto path = api.made(R"({"protected":true})");
  CHECK(api.status({.method = "DELETE", .target = path}) == 403);
  CHECK(api.status({.method = "DELETE", .target = path, .token = kAdmin}) == 403);
  CHECK(api.patch(path, R"([{"op":"replace","path":"/protected","value":false}])").status == 200);

  const auto file = api.dir.file("store/bytes");
  REQUIRE(writeFileAtomic(file, "bytes"));
  api.change(path, [&](image::Image& image) -> Status {
    image.status = image::ImageStatus::kActive;
    image.locations = {{"file://" + file, {}}, {"http://elsewhere/x", {}}};
    return {};
  });
  CHECK(api.status({.method = "DELETE", .target = path}) == 204);
  CHECK_FALSE(std::filesystem::exists(file));
  CHECK(api.status({.method = "DELETE", .target = path}) == 404);
}

TEST_CASE("Tags: added once, removed once, bounded", "[api][tags]") {
  ApiFixture api({.image_tag_quota = 2});
  const auto path = api.made();
  const auto put = [&](const std::string& tag) {
    return api.status({.method = "PUT", .target = path + "/tags/" + tag});
  };
  const auto remove = [&](const std::string& tag) {
    return api.status({.method = "DELETE", .target = path + "/tags/" + tag});
  };
  CHECK(put("one%20two") == 204);
  CHECK(put("one%20two") == 204);
  CHECK(put("%F0%9F%98%80") == 204);
  CHECK(put("three") == 413);
  CHECK(put(std::string(256, 'x')) == 400);
  CHECK(put("a%2Fb") == 404);
  CHECK(remove("none") == 404);
  CHECK(remove("one%20two") == 204);
  CHECK(remove("one%20two") == 404);
  CHECK(put(std::string(255, 'x')) == 204);
  CHECK(api.call({.target = path}).json()["tags"].size() == 2);
  CHECK(api.status({.method = "PUT", .target = "/v2/images/none/tags/" + std::string(256, 'x')}) ==
        400);
  CHECK(api.status({.method = "PUT", .target = "/v2/images/none/tags/t"}) == 404);
}

TEST_CASE("Schemas: for any token", "[api][schemas]") {
  ApiFixture api;
  CHECK(api.call({.target = "/v2/schemas/image", .token = kNoRole}).json()["name"] == "image");
  CHECK(api.call({.target = "/v2/schemas/images", .token = kNoRole}).json()["name"] == "images");
}

}  // namespace glint::origin
