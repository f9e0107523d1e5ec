#include "proxy/image_path.h"

#include <catch2/catch.hpp>

namespace glint::proxy {
namespace {

TEST_CASE("Image paths: which image a path names", "[proxy]") {
  struct Row {
    const char* path;
    const char* image;  // "": none
    bool download;
  };
  const auto row = GENERATE(values<Row>({
      {"/v2/images/71c675ab-d94f-49cd-a114-e12490b328d9/file",
       "71c675ab-d94f-49cd-a114-e12490b328d9", true},
      {"/v2/images/abc/file", "abc", true},
      {"/v2.9/images/abc/file", "abc", true},
      {"/v2.17/images/abc/file", "abc", true},
      {"///v2/images/abc/file", "abc", true},
      {"/v2/images/abc/file/", "abc", false},
      {"/v2/images/abc", "abc", false},
      {"/v2/images/abc/members/x", "abc", false},
      {"/v2/images/abc/filer", "abc", false},
      {"/v2/images", "", false},
      {"/v2/images/", "", false},
      {"/v2/images//file", "", false},
      {"/v2/images/%61bc/file", "", false},
      {"/v2/images/../file", "", false},
      {"/v2/images/a_b/file", "", false},
      {"/v2/images/0123456789012345678901234567890123456/file", "", false},
      {"/v3/images/abc/file", "", false},
      {"/v2.x/images/abc/file", "", false},
      {"/v2./images/abc/file", "", false},
      {"/v20/images/abc/file", "", false},
      {"v2/images/abc/file", "", false},
      {"", "", false},
      {"/", "", false},
  }));
  CAPTURE(row.path);
  const auto image = imageOfPath(row.path);
  CHECK((image ? image->value : "") == row.image);
  CHECK(downloadOfPath(row.path).has_value() == row.download);
}

TEST_CASE("Image path: the cache routes", "[proxy]") {
  struct Row {
    const char* path;
    const char* rest;  // nullptr: none of them
  };
  const auto row = GENERATE(values<Row>({
      {"/v2/cache", ""},
      {"/v2.14/cache", ""},
      {"//v2/cache", ""},
      {"/v2/cache/", ""},
      {"/v2/cache/clean", "clean"},
      {"/v2/cache/9f1c-x", "9f1c-x"},
      {"/v2/cache/nodes/9f1c", nullptr},
      {"/v2/cached_images", nullptr},
      {"/v2/images/cache", nullptr},
      {"/v3/cache", nullptr},
      {"cache", nullptr},
      {"", nullptr},
  }));
  CAPTURE(row.path);
  const auto rest = cacheOfPath(row.path);
  REQUIRE(rest.has_value() == (row.rest != nullptr));
  if (rest) CHECK(*rest == row.rest);
}

TEST_CASE("Image path: versions of services with a cache mean version 2", "[proxy]") {
  CHECK(withoutCacheVersion("/v2.14/images?limit=2") == "/v2/images?limit=2");
  CHECK(withoutCacheVersion("/v2.18/images") == "/v2/images");
  CHECK(withoutCacheVersion("/v2.9/images") == "/v2.9/images");
  CHECK(withoutCacheVersion("/v2.140/images") == "/v2.140/images");
}

}  // namespace
}  // namespace glint::proxy
