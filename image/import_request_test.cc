#include "image/import_request.h"

#include <catch2/catch.hpp>

namespace glint::image {
namespace {

const std::vector<std::string> kEnabled = {"glance-direct", "web-download", "copy-image"};

TEST_CASE("Import request: what is refused", "[image][import]") {
  const char* body =
      GENERATE("", "[]", "1", R"("x")", "{}", R"({"method":"glance-direct"})", R"({"method":{}})",
               R"({"method":{"name":1}})", R"({"method":{"name":"teleport"}})",
               R"({"method":{"name":"glance-download"}})",  // known, but not enabled
               R"({"method":{"name":"glance-direct"},"all_stores":"yes"})",
               R"({"method":{"name":"glance-direct"},"all_stores_must_succeed":1})",
               R"({"method":{"name":"glance-direct"},"stores":"a"})",
               R"({"method":{"name":"glance-direct"},"stores":[1]})");
  CAPTURE(body);
  const auto request = parseImportRequest(body, kEnabled);
  REQUIRE_FALSE(request);
  CHECK(request.error().code == ErrorCode::kInvalidArgument);
}

TEST_CASE("Import request: defaults and keys of the methods", "[image][import]") {
  const auto direct = parseImportRequest(R"({"method":{"name":"glance-direct"}})", kEnabled);
  REQUIRE(direct);
  CHECK(direct->method == ImportMethod::kGlanceDirect);
  CHECK(direct->all_must_succeed);
  CHECK_FALSE(direct->all_stores);
  CHECK_FALSE(direct->stores);
  const auto web = parseImportRequest(
      R"({"method":{"name":"web-download","uri":"http://x/y"},"stores":["b","a","b"],)"
      R"("all_stores_must_succeed":false})",
      kEnabled);
  REQUIRE(web);
  CHECK(web->uri == "http://x/y");
  CHECK(web->stores == std::vector<std::string>{"b", "a"});
  CHECK_FALSE(web->all_must_succeed);
}

TEST_CASE("Import request: a task's input is read back", "[image][import]") {
  const auto input = importTaskInput(
      {"i1"}, R"({"method":{"name":"web-download","uri":"http://x/y"}})", {"a", "b"});
  const auto plan = parseImportTask(input);
  REQUIRE(plan);
  CHECK(plan->image.value == "i1");
  CHECK(plan->request.method == ImportMethod::kWebDownload);
  CHECK(plan->request.uri == "http://x/y");
  CHECK(plan->stores == std::vector<std::string>{"a", "b"});
  for (const char* bad : {"{}", "[]", R"({"image_id":"i"})", R"({"image_id":1,"import_req":{}})"})
    CHECK_FALSE(parseImportTask(bad));
}

}  // namespace
}  // namespace glint::image
