#include "image/record.h"

#include <string>

#include <catch2/catch.hpp>

namespace glint::image {

TEST_CASE("Image: every status and visibility reads back from its text", "[image]") {
  for (const char* text : {"queued", "saving", "active", "killed", "deleted", "uploading",
                           "importing", "pending_delete", "deactivated"}) {
    const auto status = parseStatus(text);
    REQUIRE(status);
    CHECK(std::string(toString(*status)) == text);
  }
  for (const char* text : {"public", "community", "shared", "private"}) {
    const auto visibility = parseVisibility(text);
    REQUIRE(visibility);
    CHECK(std::string(toString(*visibility)) == text);
  }
  CHECK_FALSE(parseStatus("Active"));
  CHECK_FALSE(parseVisibility(""));
}

TEST_CASE("Image: the content digest prefers os_hash over checksum", "[image]") {
  Image image;
  CHECK_FALSE(contentDigest(image));
  image.checksum = "0cc175b9c0f1b6a831c399e269772661";
  CHECK(contentDigest(image)->text() == "md5:0cc175b9c0f1b6a831c399e269772661");
  image.os_hash_algo = "sha512";
  CHECK(contentDigest(image)->algorithm == "md5");
  image.os_hash_value = "ab";
  CHECK(contentDigest(image)->text() == "sha512:ab");
}

}  // namespace glint::image
