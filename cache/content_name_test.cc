#include "cache/content_name.h"

#include <catch2/catch.hpp>

namespace glint::cache {
namespace {

TEST_CASE("ContentName: only plain digests become file names", "[cache][name]") {
  struct Row {
    const char* algorithm;
    const char* hex;
    bool good;
  };
  const auto row = GENERATE(values<Row>({
      {"sha512", "0123456789abcdef", true},
      {"sha3-256", "0123456789abcdef", true},
      {"md5", "d41d8cd98f00b204e9800998ecf8427e", true},
      {"", "0123456789abcdef", false},
      {"sha512", "", false},
      {"sha512", "0123456", false},
      {"sha512", "0123456789ABCDEF", false},
      {"sha512", "../../etc/passwd", false},
      {"sha512", "0123456789abcde/", false},
      {"SHA512", "0123456789abcdef", false},
      {"../x", "0123456789abcdef", false},
      {"sha_512", "0123456789abcdef", false},
  }));
  CAPTURE(row.algorithm, row.hex);
  CHECK(isNameable({row.algorithm, row.hex}) == row.good);
  CHECK(parseDigestName(digestName({row.algorithm, row.hex})).has_value() == row.good);
}

TEST_CASE("ContentName: a digest beyond the length of a file name is refused", "[cache][name]") {
  CHECK(isNameable({"sha512", std::string(192, 'a')}));
  CHECK_FALSE(isNameable({"sha512", std::string(193, 'a')}));
  CHECK_FALSE(isNameable({std::string(33, 'a'), std::string(64, 'a')}));
}

TEST_CASE("ContentName: file names are read back", "[cache][name]") {
  const ContentName name{{"sha3-512", "ab00cdef12"}, 0x1f};
  CHECK(fileName(name) == "sha3-512-ab00cdef12.1f");
  CHECK(fanOut(name.digest) == "ab");
  CHECK(parseFileName(fileName(name)) == name);
}

TEST_CASE("ContentName: what is not exactly a file name is not read", "[cache][name]") {
  const auto* text = GENERATE("", ".", "sha512-ab00cdef12", "sha512-ab00cdef12.", "LOCK",
                              "sha512-ab00cdef12.xyz", "sha512-ab00cdef12.01",
                              "sha512-ab00cdef12.1F", "sha512-ab00cdef12.11111111111111111",
                              "sha512-AB00CDEF12.1", "x/sha512-ab00cdef12.1", ".sha512.1");
  CAPTURE(text);
  CHECK_FALSE(parseFileName(text).has_value());
}

}  // namespace
}  // namespace glint::cache
