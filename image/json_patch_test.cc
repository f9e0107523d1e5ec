#include "image/json_patch.h"

#include <string>

#include <catch2/catch.hpp>

namespace glint::image {

namespace {

std::string parsed(std::string_view body, PatchDialect dialect) {
  const ImageSchema schema;
  const auto changes = parsePatch(body, dialect, schema);
  return changes ? "ok" : toString(changes.error().code);
}

Image sample() {
  Image image;
  image.id.value = "e7db3b45-8db7-47ad-8109-3fb55c2c24fd";
  image.status = ImageStatus::kActive;
  image.owner = "p1";
  image.name = "old";
  image.properties = {{"hw", "1"}, {"a/b", "2"}};
  image.tags = {"t"};
  return image;
}

struct Caller {
  bool admin = false;
  std::string denied = {};  // this rule only
  ImageLimits limits = {};
};

Result<Image> patched(std::string_view body, PatchDialect dialect, Image image,
                      const Caller& caller = {}) {
  const ImageSchema schema;
  const auto changes = parsePatch(body, dialect, schema);
  REQUIRE(changes);
  const auto may = [&](std::string_view rule, const Image&) -> Status {
    if (rule == caller.denied) return fail(ErrorCode::kNotFound, "denied");
    return {};
  };
  return applyPatch(std::move(image), *changes, dialect, {may, caller.admin, caller.limits});
}

std::string outcome(std::string_view body, PatchDialect dialect, Image image,
                    const Caller& caller = {}) {
  const auto result = patched(body, dialect, std::move(image), caller);
  return result ? "ok" : toString(result.error().code);
}

}  // namespace

TEST_CASE("Patch: media types by exact name, parameters ignored", "[image][patch]") {
  using enum PatchDialect;
  CHECK(patchDialect("application/openstack-images-v2.1-json-patch") == kV21);
  CHECK(patchDialect("application/openstack-images-v2.0-json-patch; charset=utf-8") == kV20);
  CHECK_FALSE(patchDialect("application/OpenStack-images-v2.1-json-patch"));
  CHECK_FALSE(patchDialect("application/openstack-images-v2.2-json-patch"));
  CHECK_FALSE(patchDialect("application/json"));
  CHECK_FALSE(patchDialect(""));
}

TEST_CASE("Patch v2.1: the whole document is checked first", "[image][patch]") {
  struct Row {
    const char* body;
    const char* want;
  };
  const auto row = GENERATE(values<Row>({
      {"[]", "ok"},
      {"", "invalid_argument"},
      {"{}", "invalid_argument"},
      {"[1]", "invalid_argument"},
      {"[[]]", "invalid_argument"},
      {R"([{"path":"/a","value":"x"}])", "invalid_argument"},
      {R"([{"op":"test","path":"/a","value":"x"}])", "invalid_argument"},
      {R"([{"op":"move","path":"/a","from":"/b"}])", "invalid_argument"},
      {R"([{"op":1,"path":"/a","value":"x"}])", "invalid_argument"},
      {R"([{"op":"Add","path":"/a","value":"x"}])", "invalid_argument"},
      {R"([{"op":"add","value":"x"}])", "invalid_argument"},
      {R"([{"op":"add","path":"a","value":"x"}])", "invalid_argument"},
      {R"([{"op":"add","path":"","value":"x"}])", "invalid_argument"},
      {R"([{"op":"add","path":"/","value":"x"}])", "invalid_argument"},
      {R"([{"op":"add","path":"/ ","value":"x"}])", "invalid_argument"},
      {R"([{"op":"add","path":"//a","value":"x"}])", "invalid_argument"},
      {R"([{"op":"add","path":"/a/ /b","value":"x"}])", "invalid_argument"},
      {R"([{"op":"add","path":"/a/","value":"x"}])", "invalid_argument"},
      {R"([{"op":"add","path":"/a~2","value":"x"}])", "invalid_argument"},
      {R"([{"op":"add","path":"/a~","value":"x"}])", "invalid_argument"},
      {R"([{"op":"add","path":"/a~1b~0","value":"x"}])", "ok"},
      {R"([{"op":"add","path":"/a/b","value":"x"}])", "invalid_argument"},
      {R"([{"op":"add","path":"/tags/-","value":"x"}])", "invalid_argument"},
      {R"([{"op":"add","path":"/locations","value":[]}])", "invalid_argument"},
      {R"([{"op":"remove","path":"/locations"}])", "invalid_argument"},
      {R"([{"op":"replace","path":"/locations/0","value":{}}])", "invalid_argument"},
      {R"([{"op":"add","path":"/locations/-","value":{"url":"http://x"}}])", "invalid_argument"},
      {R"([{"op":"add","path":"/locations/-","value":{"url":"http://x","metadata":{}}}])", "ok"},
      {R"([{"op":"replace","path":"/locations","value":[]}])", "ok"},
      {R"([{"op":"remove","path":"/locations/0"}])", "ok"},
      {R"([{"op":"add","path":"/a"}])", "invalid_argument"},
      {R"([{"op":"remove","path":"/a"}])", "ok"},
      {R"([{"op":"remove","path":"/id"}])", "forbidden"},
      {R"([{"op":"add","path":"/status","value":"active"}])", "forbidden"},
      {R"([{"op":"add","path":"/status","value":5}])", "forbidden"},
      {R"([{"op":"replace","path":"/os_hash_value","value":"x"}])", "forbidden"},
      {R"([{"op":"add","path":"/self","value":"x"}])", "forbidden"},
      {R"([{"op":"add","path":"/stores","value":"x"}])", "forbidden"},
      {R"([{"op":"add","path":"/deleted_at","value":"x"}])", "forbidden"},
      {R"([{"op":"remove","path":"/os_glance_x"}])", "forbidden"},
      {R"([{"op":"add","path":"/a","value":1}])", "invalid_argument"},
      {R"([{"op":"add","path":"/a","value":null}])", "invalid_argument"},
      {R"([{"op":"add","path":"/name","value":null}])", "ok"},
      {R"([{"op":"add","path":"/visibility","value":"x"}])", "invalid_argument"},
      {R"([{"op":"add","path":"/a","value":"\ud83d\ude00"}])", "invalid_argument"},
      {R"([{"op":"add","path":"/tags","value":["\ud83d\ude00"]}])", "ok"},
      // The first wrong change decides.
      {R"([{"op":"remove","path":"/id"},{"op":"x"}])", "forbidden"},
      {R"([{"op":"x"},{"op":"remove","path":"/id"}])", "invalid_argument"},
  }));
  CAPTURE(row.body);
  CHECK(parsed(row.body, PatchDialect::kV21) == row.want);
}

TEST_CASE("Patch v2.0: the operation is the key", "[image][patch]") {
  struct Row {
    const char* body;
    const char* want;
  };
  const auto row = GENERATE(values<Row>({
      {R"([{"add":"/a","value":"x"}])", "ok"},
      {R"([{"remove":"/a"}])", "ok"},
      {R"([{"add":"/a","remove":"/a","value":"x"}])", "invalid_argument"},
      {R"([{"value":"x"}])", "invalid_argument"},
      {R"([{"op":"add","path":"/a","value":"x"}])", "invalid_argument"},
      {R"([{"add":5,"value":"x"}])", "invalid_argument"},
      {R"([{"add":"/a"}])", "invalid_argument"},
  }));
  CAPTURE(row.body);
  CHECK(parsed(row.body, PatchDialect::kV20) == row.want);
}

TEST_CASE("Patch: a name of 256 characters is refused", "[image][patch]") {
  const auto body = [](std::size_t length) {
    return R"([{"op":"add","path":"/)" + std::string(length, 'x') + R"(","value":"v"}])";
  };
  CHECK(parsed(body(255), PatchDialect::kV21) == "ok");
  CHECK(parsed(body(256), PatchDialect::kV21) == "invalid_argument");
}

TEST_CASE("Patch v2.1: applying changes to an active image", "[image][patch]") {
  struct Row {
    const char* body;
    const char* want;
  };
  const auto row = GENERATE(values<Row>({
      {"[]", "ok"},
      {R"([{"op":"replace","path":"/name","value":"new"}])", "ok"},
      {R"([{"op":"add","path":"/name","value":"new"}])", "ok"},
      {R"([{"op":"remove","path":"/name"}])", "forbidden"},
      {R"([{"op":"remove","path":"/tags"}])", "forbidden"},
      {R"([{"op":"replace","path":"/hw","value":"2"}])", "ok"},
      {R"([{"op":"replace","path":"/none","value":"2"}])", "conflict"},
      {R"([{"op":"remove","path":"/none"}])", "conflict"},
      {R"([{"op":"remove","path":"/hw"},{"op":"remove","path":"/hw"}])", "conflict"},
      {R"([{"op":"remove","path":"/a~1b"}])", "ok"},
      {R"([{"op":"replace","path":"/owner","value":"p1"}])", "forbidden"},
      {R"([{"op":"add","path":"/owner","value":"p1"}])", "ok"},
      {R"([{"op":"add","path":"/owner","value":"p2"}])", "forbidden"},
      {R"([{"op":"replace","path":"/disk_format","value":"raw"}])", "forbidden"},
      {R"([{"op":"add","path":"/container_format","value":null}])", "forbidden"},
      {R"([{"op":"replace","path":"/min_disk","value":-1}])", "invalid_argument"},
      {R"([{"op":"replace","path":"/min_ram","value":2147483648}])", "invalid_argument"},
      {R"([{"op":"replace","path":"/min_ram","value":2147483647}])", "ok"},
      {R"([{"op":"add","path":"/locations/-","value":{"url":"http://x","metadata":{}}}])",
       "forbidden"},
      {R"([{"op":"replace","path":"/extra_properties","value":"x"}])", "conflict"},
  }));
  CAPTURE(row.body);
  CHECK(outcome(row.body, PatchDialect::kV21, sample()) == row.want);
}

TEST_CASE("Patch v2.0: adding what exists is a conflict", "[image][patch]") {
  using enum PatchDialect;
  CHECK(outcome(R"([{"add":"/hw","value":"x"}])", kV20, sample()) == "conflict");
  CHECK(outcome(R"([{"add":"/name","value":"x"}])", kV20, sample()) == "conflict");
  CHECK(outcome(R"([{"add":"/new","value":"x"}])", kV20, sample()) == "ok");
  CHECK(outcome(R"([{"replace":"/hw","value":"x"}])", kV20, sample()) == "ok");
}

TEST_CASE("Patch: each change asks for its rights", "[image][patch]") {
  struct Row {
    const char* body;
    const char* rule;
    const char* want;
  };
  const auto row = GENERATE(values<Row>({
      {"[]", "modify_image", "ok"},
      {R"([{"op":"add","path":"/x","value":"1"}])", "modify_image", "not_found"},
      {R"([{"op":"remove","path":"/none"}])", "modify_image", "not_found"},
      {R"([{"op":"replace","path":"/visibility","value":"public"}])", "publicize_image",
       "not_found"},
      {R"([{"op":"replace","path":"/visibility","value":"community"}])", "communitize_image",
       "not_found"},
      {R"([{"op":"replace","path":"/visibility","value":"private"}])", "publicize_image", "ok"},
      {R"([{"op":"add","path":"/locations/-","value":{"url":"http://x","metadata":{}}}])",
       "set_image_location", "not_found"},
      {R"([{"op":"remove","path":"/locations/0"}])", "delete_image_location", "not_found"},
  }));
  CAPTURE(row.body, row.rule);
  CHECK(outcome(row.body, PatchDialect::kV21, sample(), {.denied = row.rule}) == row.want);
}

TEST_CASE("Patch: admins give images away, formats change while queued", "[image][patch]") {
  using enum PatchDialect;
  const auto given = patched(R"([{"op":"replace","path":"/owner","value":"p2"}])", kV21, sample(),
                             {.admin = true});
  REQUIRE(given);
  CHECK(given->owner == "p2");
  const auto ownerless =
      patched(R"([{"op":"add","path":"/owner","value":""}])", kV21, sample(), {.admin = true});
  REQUIRE(ownerless);
  CHECK_FALSE(ownerless->owner);
  auto queued = sample();
  queued.status = ImageStatus::kQueued;
  CHECK(outcome(R"([{"op":"replace","path":"/disk_format","value":"raw"}])", kV21, queued) == "ok");
}

TEST_CASE("Patch: quotas hold, but not for changes that add nothing", "[image][patch]") {
  using enum PatchDialect;
  const Caller one{.limits = {.properties = 1, .tags = 1}};
  CHECK(outcome(R"([{"op":"add","path":"/new","value":"x"}])", kV21, sample(), one) == "too_large");
  CHECK(outcome(R"([{"op":"replace","path":"/hw","value":"x"}])", kV21, sample(), one) == "ok");
  CHECK(outcome(R"([{"op":"remove","path":"/hw"}])", kV21, sample(), one) == "ok");
  CHECK(outcome(R"([{"op":"replace","path":"/tags","value":["a","b"]}])", kV21, sample(), one) ==
        "too_large");
}

TEST_CASE("Patch: changes apply in order to names that were escaped", "[image][patch]") {
  const auto image = patched(R"([{"op":"replace","path":"/a~1b","value":"3"},
                                 {"op":"add","path":"/ c~0 ","value":"4"},
                                 {"op":"replace","path":"/c~0","value":"5"},
                                 {"op":"add","path":"/tags","value":["x","x"]}])",
                             PatchDialect::kV21, sample());
  REQUIRE(image);
  CHECK(image->properties ==
        std::map<std::string, std::string>{{"hw", "1"}, {"a/b", "3"}, {"c~", "5"}});
  CHECK(image->tags == std::set<std::string>{"x"});
}

}  // namespace glint::image
