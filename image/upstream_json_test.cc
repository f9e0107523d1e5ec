#include "image/upstream_json.h"

#include <catch2/catch.hpp>

namespace glint::image {
namespace {

TEST_CASE("Upstream JSON: tags, formats and custom properties of a shown image", "[image]") {
  const auto image = parseShowAnswer(
      R"({"id": "a", "status": "active", "visibility": "public", "os_hidden": true, "size": 5,
          "disk_format": "qcow2", "container_format": "bare", "tags": ["one", 2, "three"],
          "os_distro": "debian", "hw_scsi": 1, "nothing": null, "min_ram": 3,
          "self": "/v2/images/a", "created_at": "2026-01-01T00:00:00Z"})");
  REQUIRE(image);
  CHECK(image->tags == std::set<std::string>{"one", "three"});
  CHECK(image->properties == std::map<std::string, std::string>{{"os_distro", "debian"}});
  CHECK(image->disk_format == "qcow2");
  CHECK(image->container_format == "bare");
  CHECK(image->os_hidden);
}

TEST_CASE("Upstream JSON: a page of a list", "[image]") {
  const auto answer = parseListAnswer(
      R"({"images": [{"id": "a", "status": "active", "updated_at": "2026-01-02T03:04:05Z"},
                     {"id": "b", "status": "unheard of"}, 7, {"status": "active"},
                     {"id": "c", "status": "deactivated"}],
          "next": "/v2/images?marker=c", "schema": "/v2/schemas/images"})");
  REQUIRE(answer);
  REQUIRE(answer->images.size() == 2);
  CHECK(answer->images[0].id.value == "a");
  CHECK(answer->images[0].updated_at > Time{});
  CHECK(answer->images[1].status == ImageStatus::kDeactivated);
  CHECK(answer->next == "/v2/images?marker=c");
}

TEST_CASE("Upstream JSON: the next page is one of the same service", "[image]") {
  const auto* next = GENERATE("http://elsewhere/v2/images", "//elsewhere", "images", "");
  const auto answer = parseListAnswer(R"({"images": [], "next": ")" + std::string(next) + R"("})");
  REQUIRE(answer);
  CHECK(answer->next.empty());
}

TEST_CASE("Upstream JSON: what is no list is refused", "[image]") {
  const auto* body = GENERATE("", "[]", "{}", R"({"images": {}})", R"({"images": [)");
  CHECK(parseListAnswer(body).error().code == ErrorCode::kUpstream);
}

}  // namespace
}  // namespace glint::image
