#include "image/create_body.h"

#include <string>

#include <catch2/catch.hpp>

namespace glint::image {

namespace {

// "ok", or the code of the first check that fails.
std::string verdict(std::string_view body, const ImageLimits& limits = {}) {
  const ImageSchema schema;
  const auto draft = parseCreateBody(body, schema);
  if (!draft) return std::string("parse ") + toString(draft.error().code);
  const auto checked = checkDraft(*draft, limits);
  return checked ? "ok" : std::string("check ") + toString(checked.error().code);
}

std::string property(const std::string& name, const std::string& value) {
  return R"({")" + name + R"(": ")" + value + R"("})";
}

}  // namespace

TEST_CASE("Create body: forms and fields are checked in the API's order", "[image][create]") {
  struct Row {
    const char* body;
    const char* want;
  };
  const auto row = GENERATE(values<Row>({
      {"{}", "ok"},
      {"", "parse invalid_argument"},
      {"{", "parse invalid_argument"},
      {"[]", "parse invalid_argument"},
      {"3", "parse invalid_argument"},
      {"null", "parse invalid_argument"},
      {"{\"name\": \"\xff\"}", "parse invalid_argument"},
      // Computed fields are refused before types are looked at.
      {R"({"self": 1, "name": 5})", "parse forbidden"},
      {R"({"direct_url": "x"})", "parse forbidden"},
      {R"({"file": null})", "parse forbidden"},
      {R"({"schema": "x"})", "parse forbidden"},
      {R"({"stores": "x"})", "parse forbidden"},
      // Types, vocabularies, lengths.
      {R"({"name": null})", "ok"},
      {R"({"name": 5})", "parse invalid_argument"},
      {R"({"visibility": null})", "parse invalid_argument"},
      {R"({"visibility": "secret"})", "parse invalid_argument"},
      {R"({"visibility": "community"})", "ok"},
      {R"({"id": "not-a-uuid"})", "parse invalid_argument"},
      {R"({"id": "E7DB3B45-8DB7-47AD-8109-3FB55C2C24FD"})", "ok"},
      {R"({"disk_format": "gpt"})", "parse invalid_argument"},
      {R"({"disk_format": null, "container_format": "bare"})", "ok"},
      {R"({"protected": "true"})", "parse invalid_argument"},
      {R"({"min_disk": 1.0})", "ok"},
      {R"({"min_disk": 1.5})", "parse invalid_argument"},
      {R"({"min_disk": true})", "parse invalid_argument"},
      {R"({"min_disk": null})", "parse invalid_argument"},
      {R"({"tags": ["a", "a", ""]})", "ok"},
      {R"({"tags": "a"})", "parse invalid_argument"},
      {R"({"tags": [1]})", "parse invalid_argument"},
      {R"({"hw": 1})", "parse invalid_argument"},
      {R"({"hw": null})", "parse invalid_argument"},
      {R"({"hw": ""})", "ok"},
      // Reserved names, after the types of everything.
      {R"({"os_glancefoo": "x"})", "parse forbidden"},
      {R"({"os_glance": "x", "zz": 1})", "parse invalid_argument"},
      {R"({"location": "x"})", "parse forbidden"},
      {R"({"deleted": "x"})", "parse forbidden"},
      {R"({"deleted_at": "x"})", "parse forbidden"},
      // The server's own fields.
      {R"({"status": "active"})", "check forbidden"},
      {R"({"status": "flying"})", "parse invalid_argument"},
      {R"({"size": null})", "check forbidden"},
      {R"({"checksum": "x"})", "check forbidden"},
      {R"({"os_hash_algo": "md5"})", "check forbidden"},
      {R"({"created_at": "x", "min_disk": -1})", "check forbidden"},
      {R"({"locations": []})", "check forbidden"},
      {R"({"locations": "x"})", "parse invalid_argument"},
      // Ranges.
      {R"({"min_disk": -1})", "check invalid_argument"},
      {R"({"min_ram": 2147483647})", "ok"},
      {R"({"min_ram": 2147483648})", "check invalid_argument"},
      {R"({"min_ram": 1e300})", "check invalid_argument"},
      {R"({"min_ram": 99999999999999999999})", "check invalid_argument"},
      // Characters above U+FFFF, and NUL.
      {R"({"name": "\ud83d\ude00"})", "check invalid_argument"},
      {R"({"\ud83d\ude00": "x"})", "check invalid_argument"},
      {R"({"x": "\ud83d\ude00"})", "check invalid_argument"},
      {R"({"tags": ["\ud83d\ude00"]})", "ok"},
      {R"({"name": "a\u0000b"})", "parse invalid_argument"},
  }));
  CAPTURE(row.body);
  CHECK(verdict(row.body) == row.want);
}

TEST_CASE("Create body: lengths count characters, not bytes", "[image][create]") {
  const std::string umlaut = "\xc3\xbc";
  std::string longest;
  for (int i = 0; i < 255; ++i) longest += umlaut;
  CHECK(verdict(property("name", longest)) == "ok");
  CHECK(verdict(property("name", longest + "x")) == "parse invalid_argument");
  CHECK(verdict(property(longest, "x")) == "ok");
  CHECK(verdict(property(longest + "x", "x")) == "parse invalid_argument");
  CHECK(verdict(property("x", std::string(70000, 'x'))) == "ok");
  CHECK(verdict(R"({"tags": [")" + longest + R"("]})") == "ok");
  CHECK(verdict(R"({"tags": [")" + longest + R"(x"]})") == "parse invalid_argument");
}

TEST_CASE("Create body: quotas count tags before, properties without the server's",
          "[image][create]") {
  CHECK(verdict(R"({"tags": ["a", "a"]})", {.tags = 1}) == "check too_large");
  CHECK(verdict(R"({"tags": ["a", "a"]})", {.tags = 2}) == "ok");
  CHECK(verdict(R"({"tags": ["a"]})", {.tags = -1}) == "ok");
  CHECK(verdict(R"({"a": "1", "b": "2"})", {.properties = 1}) == "check too_large");
  CHECK(verdict(R"({"a": "1", "name": "n"})", {.properties = 1}) == "ok");
  CHECK(verdict(R"({"tags": ["a"], "status": "active"})", {.tags = 0}) == "check too_large");
}

TEST_CASE("Create body: the draft holds what was given and the defaults", "[image][create]") {
  const ImageSchema schema;
  const auto draft = parseCreateBody(
      R"({"name": "n", "owner": "", "visibility": "private", "os_hidden": true, "min_ram": 2.0,
          "tags": ["b", "a", "b"], "disk_format": "raw", "hw_x": "1"})",
      schema);
  REQUIRE(draft);
  const auto& image = draft->image;
  CHECK(image.name == "n");
  CHECK(draft->gives_owner);
  CHECK_FALSE(image.owner);
  CHECK(image.visibility == Visibility::kPrivate);
  CHECK(draft->gives_visibility);
  CHECK(image.os_hidden);
  CHECK(image.min_ram == 2);
  CHECK(image.tags == std::set<std::string>{"a", "b"});
  CHECK(draft->tag_count == 3);
  CHECK(image.disk_format == "raw");
  CHECK(image.properties == std::map<std::string, std::string>{{"hw_x", "1"}});
  CHECK(image.id.value.empty());

  const auto empty = parseCreateBody("{}", schema);
  REQUIRE(empty);
  CHECK(empty->image.visibility == Visibility::kShared);
  CHECK(empty->image.status == ImageStatus::kQueued);
  CHECK_FALSE(empty->gives_owner);
}

}  // namespace glint::image
