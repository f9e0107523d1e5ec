#include "cache/index.h"

#include <random>

#include "cache/store_test_support.h"

namespace glint::cache {
namespace {

ContentRecord record(std::uint64_t number) {
  return {{digestOf(number), number}, ContentState::kDurable, number * 10, number, 1};
}

Index::Opened opened(const std::string& dir) {
  auto index = Index::open(dir);
  INFO((index ? std::string() : index.error().message));
  REQUIRE(index);
  return std::move(*index);
}

void fill(const std::string& dir, std::uint64_t count) {
  auto index = opened(dir);
  IndexChanges changes;
  for (std::uint64_t i = 1; i <= count; ++i) changes.contents.push_back(record(i));
  REQUIRE(index.index->apply(changes, Sync::kYes));
}

TEST_CASE("Index: records survive opening again", "[cache][index]") {
  TestDir dir;
  const std::string path = dir.path() + "/index";
  {
    auto index = opened(path);
    CHECK(index.snapshot.contents.empty());
    IndexChanges changes;
    changes.contents = {record(1), record(2)};
    changes.uses = {UseRecord{digestOf(1), 3, 4}};
    changes.aliases = {AliasRecord{"image", digestOf(2)}};
    REQUIRE(index.index->apply(changes, Sync::kYes));
    IndexChanges more;
    more.forgotten = {record(2).name};
    REQUIRE(index.index->apply(more, Sync::kNo));
  }
  const auto index = opened(path);
  CHECK_FALSE(index.salvaged);
  CHECK(index.snapshot.contents == std::vector{record(1)});
  CHECK(index.snapshot.uses == std::vector{UseRecord{digestOf(1), 3, 4}});
  CHECK(index.snapshot.aliases == std::vector{AliasRecord{"image", digestOf(2)}});
}

TEST_CASE("Index: a foreign database is refused", "[cache][index]") {
  TestDir dir;
  const std::string path = dir.path() + "/index";
  fill(path, 3);
  for (const auto& file : filesUnder(path)) {
    if (file.find("CURRENT") == std::string::npos) continue;
    REQUIRE(writeFileAtomic(file, "MANIFEST-999999\n"));
  }
  const auto index = Index::open(path);
  REQUIRE_FALSE(index);
  CHECK(index.error().code == ErrorCode::kCorrupt);
}

// Whatever is flipped or cut off, what is read was once written, or the index is called damaged.
TEST_CASE("Index: damage is noticed or left out", "[cache][index][property]") {
  const unsigned seed = GENERATE(take(60, random(1u, 1u << 30)));
  CAPTURE(seed);
  std::mt19937 random(seed);
  TestDir dir;
  const std::string path = dir.path() + "/index";
  fill(path, 50);
  if (random() % 2 == 0) fill(path, 60);  // a table file as well as a log
  auto files = filesUnder(path);
  const std::string victim = files[random() % files.size()];
  auto text = readFile(victim, 1 << 26);
  REQUIRE(text);
  if (text->empty()) return;
  if (random() % 3 == 0) {
    text->resize(random() % text->size());
  } else {
    for (unsigned i = random() % 8 + 1; i > 0; --i) {
      char& byte = (*text)[random() % text->size()];
      byte = static_cast<char>(byte ^ static_cast<char>(1 << random() % 8));
    }
  }
  REQUIRE(writeFileAtomic(victim, *text));
  CAPTURE(victim);
  const auto index = Index::open(path);
  if (!index) return;
  for (const auto& content : index->snapshot.contents) {
    REQUIRE(content == record(content.name.serial));
  }
  CHECK(index->index->apply(IndexChanges{{record(99)}, {}, {}, {}, {}}, Sync::kYes));
}

}  // namespace
}  // namespace glint::cache
