#include "image/json.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "image/fields.h"
#include "image/schema.h"
#include "image/time_text.h"
#include "image/upstream_json.h"

namespace glint::image {

namespace {

using nlohmann::json;

Image sample() {
  Image image;
  image.id.value = "e7db3b45-8db7-47ad-8109-3fb55c2c24fd";
  image.name = "Debian \"12\"";
  image.status = ImageStatus::kActive;
  image.owner = "p1";
  image.checksum = std::string(32, 'a');
  image.os_hash_algo = "sha512";
  image.os_hash_value = std::string(128, 'b');
  image.size = 12;
  image.disk_format = "raw";
  image.created_at = *parseTime("2026-01-02T03:04:05.75Z");
  image.updated_at = image.created_at;
  image.tags = {"b", "a"};
  image.properties = {{"hw_x", "1"}, {"size", "shadow"}, {"os_glance_stage_host", "h"}};
  image.locations = {{"file:///x", {{"store", "fast"}}}, {"http://y", {{"store", "slow"}}}};
  return image;
}

}  // namespace

TEST_CASE("Image JSON: all base fields, custom properties flat, base wins", "[image][json]") {
  const auto shown = json::parse(imageJson(sample(), {}));
  const auto want = json::parse(R"({
    "name": "Debian \"12\"", "status": "active", "visibility": "shared", "protected": false,
    "os_hidden": false, "owner": "p1", "os_hash_algo": "sha512", "size": 12,
    "virtual_size": null, "container_format": null, "disk_format": "raw", "min_disk": 0,
    "min_ram": 0, "created_at": "2026-01-02T03:04:05Z", "updated_at": "2026-01-02T03:04:05Z",
    "tags": ["a", "b"], "hw_x": "1", "id": "e7db3b45-8db7-47ad-8109-3fb55c2c24fd",
    "self": "/v2/images/e7db3b45-8db7-47ad-8109-3fb55c2c24fd",
    "file": "/v2/images/e7db3b45-8db7-47ad-8109-3fb55c2c24fd/file",
    "schema": "/v2/schemas/image"})");
  for (const auto& item : want.items()) {
    CAPTURE(item.key());
    REQUIRE(shown.contains(item.key()));
    CHECK(shown[item.key()] == item.value());
  }
  CHECK(shown.size() == want.size() + 2);  // and the two digests
  CHECK(shown["checksum"] == std::string(32, 'a'));
  CHECK(shown["os_hash_value"] == std::string(128, 'b'));
}

TEST_CASE("Image JSON: locations follow the deployment, and hide when deactivated",
          "[image][json]") {
  auto image = sample();
  const ImageView all{.direct_url = true, .locations = true, .stores = true};
  auto shown = json::parse(imageJson(image, all));
  CHECK(shown["direct_url"] == "file:///x");
  CHECK(shown["stores"] == "fast,slow");
  CHECK(shown["locations"].size() == 2);
  CHECK(shown["locations"][1] == json::parse(R"({"url":"http://y","metadata":{"store":"slow"}})"));

  image.status = ImageStatus::kDeactivated;
  shown = json::parse(imageJson(image, all));
  CHECK_FALSE(shown.contains("direct_url"));
  CHECK_FALSE(shown.contains("stores"));
  CHECK(shown["locations"] == json::array());

  auto admin = all;
  admin.admin = true;
  CHECK(json::parse(imageJson(image, admin))["stores"] == "fast,slow");
}

TEST_CASE("Image JSON: a text that is no UTF-8 is replaced, not thrown over", "[image][json]") {
  auto image = sample();
  image.name = "a\xff";
  CHECK(json::parse(imageJson(image, {}))["name"] == "a\xef\xbf\xbd");
}

TEST_CASE("Image list JSON: images, first, schema, and next when there is one", "[image][json]") {
  const auto page =
      json::parse(imageListJson({sample()}, {}, {"/v2/images?limit=1", "/v2/images?marker=x"}));
  CHECK(page["images"].size() == 1);
  CHECK(page["first"] == "/v2/images?limit=1");
  CHECK(page["next"] == "/v2/images?marker=x");
  CHECK(page["schema"] == "/v2/schemas/images");
  CHECK_FALSE(json::parse(imageListJson({}, {}, {"/v2/images", {}})).contains("next"));
}

TEST_CASE("Image schema: the documents are made from the field table", "[image][schema]") {
  const ImageSchema schema({.container_formats = {"bare"}, .disk_formats = {"raw", "qcow2"}});
  const auto image = json::parse(schema.imageDocument());
  CHECK(image["name"] == "image");
  CHECK(image["additionalProperties"] == json::parse(R"({"type":"string"})"));
  CHECK(image["links"].size() == 3);
  CHECK(image["links"][1] == json::parse(R"({"rel":"enclosure","href":"{file}"})"));
  CHECK(image["properties"].size() == baseFields().size());
  const auto& properties = image["properties"];
  CHECK(properties["disk_format"]["enum"] == json::parse(R"([null,"raw","qcow2"])"));
  CHECK(properties["disk_format"]["type"] == json::parse(R"(["null","string"])"));
  CHECK(properties["name"]["maxLength"] == 255);
  CHECK(properties["tags"]["items"]["maxLength"] == 255);
  CHECK(properties["locations"]["items"]["required"] == json::parse(R"(["url","metadata"])"));
  std::vector<std::string> read_only;
  for (const auto& item : properties.items())
    if (item.value().contains("readOnly")) read_only.push_back(item.key());
  CHECK(read_only == std::vector<std::string>{"checksum", "created_at", "direct_url", "file",
                                              "os_hash_algo", "os_hash_value", "schema", "self",
                                              "size", "status", "stores", "updated_at",
                                              "virtual_size"});

  const auto images = json::parse(schema.imagesDocument());
  CHECK(images["name"] == "images");
  CHECK(images["properties"]["images"]["items"] == image);
  CHECK(images["properties"].size() == 4);
}

TEST_CASE("Show answer: what this service shows reads back", "[image][upstream]") {
  const auto image = parseShowAnswer(imageJson(sample(), {}));
  REQUIRE(image);
  const auto want = sample();
  CHECK(image->id == want.id);
  CHECK(image->name == want.name);
  CHECK(image->status == want.status);
  CHECK(image->visibility == want.visibility);
  CHECK(image->owner == want.owner);
  CHECK(image->size == want.size);
  CHECK(contentDigest(*image) == contentDigest(want));
  CHECK(formatTime(image->updated_at) == "2026-01-02T03:04:05Z");
}

TEST_CASE("Show answer: unknown fields pass, wrong ones do not", "[image][upstream]") {
  struct Row {
    const char* body;
    const char* digest;  // "-": no image; "": an image without digest
  };
  const auto row = GENERATE(values<Row>({
      {R"({"id":"a","status":"active","new_field":{"x":[1]}})", ""},
      {R"({"id":"a","status":"active","size":null,"checksum":null})", ""},
      {R"({"id":"a","status":"active","os_hash_algo":"sha256","os_hash_value":"ABCD"})",
       "sha256:abcd"},
      {R"({"id":"a","status":"active","os_hash_algo":"sha256","os_hash_value":"xyz"})", ""},
      {R"({"id":"a","status":"active","os_hash_algo":"../x","os_hash_value":"abcd"})", ""},
      {R"({"id":"a","status":"active","checksum":"abcd"})", ""},
      {R"({"id":"a","status":"active","size":-1})", "-"},
      {R"({"id":"a","status":"active","size":"1"})", "-"},
      {R"({"id":"a","status":"active","size":1.5})", "-"},
      {R"({"id":"a","status":"dancing"})", "-"},
      {R"({"id":"a"})", "-"},
      {R"({"status":"active"})", "-"},
      {R"({"id":5,"status":"active"})", "-"},
      {R"({"id":"","status":"active"})", "-"},
      {"[]", "-"},
      {"<html>", "-"},
      {"", "-"},
  }));
  CAPTURE(row.body);
  const auto image = parseShowAnswer(row.body);
  if (!image) {
    CHECK(image.error().code == ErrorCode::kUpstream);
    CHECK(std::string(row.digest) == "-");
    return;
  }
  const auto digest = contentDigest(*image);
  CHECK((digest ? digest->text() : "") == row.digest);
}

TEST_CASE("Show answer: deep nesting and long texts are refused without harm",
          "[image][upstream]") {
  CHECK_FALSE(parseShowAnswer(std::string(1u << 20, '[')));
  CHECK_FALSE(parseShowAnswer(R"({"id":")" + std::string(2000, 'x') + R"(","status":"active"})"));
  CHECK_FALSE(parseShowAnswer(R"({"id":"a","status":"active","x":")" +
                              std::string(kMaxShowAnswer, 'x') + R"("})"));
}

}  // namespace glint::image
