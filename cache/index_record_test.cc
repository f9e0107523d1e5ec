#include "cache/index_record.h"

#include <catch2/catch.hpp>

namespace glint::cache {
namespace {

const ContentName kName{{"sha512", "ab00cdef12"}, 77};

TEST_CASE("IndexRecord: each kind is read back", "[cache][index]") {
  const ContentRecord content{kName, ContentState::kDurable, 1ull << 40, 4096, -5};
  CHECK(parseContent(contentKey(kName), encode(content)) == content);
  const UseRecord use{kName.digest, 12, 1'700'000'000'000'000};
  CHECK(parseUse(useKey(kName.digest), encode(use)) == use);
  const AliasRecord alias{"5f1c", kName.digest};
  CHECK(parseAlias(aliasKey("5f1c"), encode(alias)) == alias);
}

TEST_CASE("IndexRecord: every flipped bit is noticed", "[cache][index]") {
  const std::string value = encode(ContentRecord{kName, ContentState::kFilling, 5, 6, 7});
  for (std::size_t bit = 0; bit < value.size() * 8; ++bit) {
    std::string damaged = value;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    CAPTURE(bit);
    CHECK_FALSE(parseContent(contentKey(kName), damaged).has_value());
  }
}

TEST_CASE("IndexRecord: every truncation is noticed", "[cache][index]") {
  const std::string value = encode(UseRecord{kName.digest, 1, 2});
  for (std::size_t length = 0; length < value.size(); ++length) {
    CAPTURE(length);
    CHECK_FALSE(parseUse(useKey(kName.digest), value.substr(0, length)).has_value());
  }
}

TEST_CASE("IndexRecord: a record under another key is not read", "[cache][index]") {
  const std::string value = encode(ContentRecord{kName, ContentState::kDurable, 5, 6, 7});
  CHECK_FALSE(parseContent(contentKey({kName.digest, 78}), value).has_value());
  CHECK_FALSE(parseUse(useKey(kName.digest), value).has_value());
  CHECK_FALSE(parseContent("x/" + fileName(kName), value).has_value());
}

}  // namespace
}  // namespace glint::cache
