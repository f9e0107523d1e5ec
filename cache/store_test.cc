#include "cache/store.h"

#include <sys/wait.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>

#include "cache/store_test_support.h"

namespace glint::cache {
namespace {

constexpr std::uint64_t kMiB = 1 << 20;

TEST_CASE("ContentStore: what was published is found, with its bytes", "[cache][store]") {
  TestDir dir;
  auto cache = openStore(optionsFor(dir.path()));
  CHECK(cache->find(digestOf(1)) == nullptr);
  const std::uint64_t size = GENERATE(0u, 1u, 4096u, 100'000u, 3u << 20);
  CAPTURE(size);
  REQUIRE(store(*cache, 1, size));
  const auto found = cache->find(digestOf(1));
  REQUIRE(found);
  CHECK(found->digest() == digestOf(1));
  CHECK(isRight(found, 1, size));
  CHECK(cache->usage().bytes == size);
  CHECK(cache->usage().contents == 1);
}

TEST_CASE("ContentStore: unpublished content is invisible and leaves nothing", "[cache][store]") {
  TestDir dir;
  auto cache = openStore(optionsFor(dir.path()));
  {
    auto pending = cache->begin(digestOf(1), 1000);
    REQUIRE(pending);
    REQUIRE((*pending)->write(0, bytesOf(1, 500)));
    CHECK(cache->find(digestOf(1)) == nullptr);
    CHECK(cache->usage().reserved_bytes == 1000);
    CHECK_FALSE((*pending)->makeDurable());
    CHECK(cache->begin(digestOf(1), 1000).error().code == ErrorCode::kConflict);
  }
  CHECK(cache->usage().reserved_bytes == 0);
  CHECK(filesUnder(dir.path() + "/content").empty());
  CHECK(store(*cache, 1, 1000));
  CHECK(cache->begin(digestOf(1), 1000).error().code == ErrorCode::kConflict);
}

TEST_CASE("ContentStore: writes may come in any order, and not beyond the size", "[cache][store]") {
  TestDir dir;
  auto cache = openStore(optionsFor(dir.path()));
  auto pending = cache->begin(digestOf(1), 100'000);
  REQUIRE(pending);
  const auto bytes = bytesOf(1, 100'000);
  REQUIRE((*pending)->write(60'000, std::span(bytes).subspan(60'000)));
  REQUIRE((*pending)->write(0, std::span(bytes).first(60'000)));
  CHECK((*pending)->write(1, bytes).error().code == ErrorCode::kInvalidArgument);
  CHECK((*pending)->write(~0ull, std::span(bytes).first(1)).error().code ==
        ErrorCode::kInvalidArgument);
  const auto content = (*pending)->publish();
  REQUIRE(content);
  CHECK(isRight(*content, 1, 100'000));
  CHECK_FALSE((*pending)->publish());
  CHECK_FALSE((*pending)->write(0, bytes));
}

TEST_CASE("ContentStore: digests that cannot name a file are refused", "[cache][store]") {
  TestDir dir;
  auto cache = openStore(optionsFor(dir.path()));
  const image::ContentDigest evil{"sha512", "../../../../tmp/evil"};
  CHECK(cache->begin(evil, 10).error().code == ErrorCode::kInvalidArgument);
  CHECK(cache->find(evil) == nullptr);
  CHECK_FALSE(cache->remove(evil));
  cache->setAlias("image", evil);
  CHECK_FALSE(cache->aliasOf("image"));
}

TEST_CASE("ContentStore: a restart keeps what is durable and forgets the rest", "[cache][store]") {
  TestDir dir;
  {
    auto cache = openStore(optionsFor(dir.path()));
    REQUIRE(store(*cache, 1, kMiB));
    REQUIRE(store(*cache, 2, 0));
    REQUIRE(store(*cache, 3, kMiB, Durable::kNo));
    cache->setAlias("one", digestOf(1));
    cache->setAlias("three", digestOf(3));
    for (int i = 0; i < 5; ++i) CHECK(cache->find(digestOf(1)));
  }
  auto cache = openStore(optionsFor(dir.path()));
  REQUIRE(cache->find(digestOf(1)));
  CHECK(isRight(cache->find(digestOf(1)), 1, kMiB));
  CHECK(isRight(cache->find(digestOf(2)), 2, 0));
  CHECK(cache->find(digestOf(3)) == nullptr);
  CHECK(cache->aliasOf("one") == digestOf(1));
  CHECK_FALSE(cache->aliasOf("three"));
  CHECK(cache->usage().bytes == kMiB);
  CHECK(cache->usage().corrupt == 0);
  CHECK(filesUnder(dir.path() + "/content").size() == 2);
  for (const auto& info : cache->list()) {
    if (info.digest != digestOf(1)) continue;
    CHECK(info.hits >= 7);
    CHECK(info.durable);
    CHECK(info.size == kMiB);
    CHECK(info.disk_bytes > kMiB / 2);
    CHECK(info.disk_bytes < kMiB);  // a third of it is holes
    CHECK(info.image_ids == std::vector<std::string>{"one"});
  }
}

TEST_CASE("ContentStore: closing during the first clean-up keeps aliases and uses",
          "[cache][store]") {
  TestDir dir;
  std::filesystem::create_directories(dir.path() + "/content/aa");
  for (int i = 0; i < 5000; ++i) {
    std::ofstream(dir.path() + "/content/aa/stray-" + std::to_string(i));
  }
  {
    auto cache = openStore(optionsFor(dir.path()));
    REQUIRE(store(*cache, 1, 0));
    cache->setAlias("one", digestOf(1));
  }
  CHECK(openStore(optionsFor(dir.path()))->aliasOf("one") == digestOf(1));
}

TEST_CASE("ContentStore: removed content is gone, its readers finish", "[cache][store]") {
  TestDir dir;
  auto cache = openStore(optionsFor(dir.path()));
  auto held = store(*cache, 1, kMiB);
  CHECK(cache->remove(digestOf(1)));
  CHECK_FALSE(cache->remove(digestOf(1)));
  CHECK(cache->find(digestOf(1)) == nullptr);
  CHECK(filesUnder(dir.path() + "/content").empty());
  CHECK(isRight(held, 1, kMiB));
  auto again = store(*cache, 1, 2 * kMiB);  // the same digest, a new file
  REQUIRE(again);
  CHECK(isRight(held, 1, kMiB));
  CHECK(isRight(cache->find(digestOf(1)), 1, 2 * kMiB));
}

TEST_CASE("ContentStore: content removed while it is filled is not published", "[cache][store]") {
  TestDir dir;
  auto cache = openStore(optionsFor(dir.path()));
  auto pending = cache->begin(digestOf(1), 10);
  REQUIRE(pending);
  CHECK(cache->remove(digestOf(1)));
  auto second = cache->begin(digestOf(1), 10);
  REQUIRE(second);
  REQUIRE((*pending)->write(0, bytesOf(1, 10)));
  CHECK((*pending)->publish().error().code == ErrorCode::kConflict);
  REQUIRE((*second)->write(0, bytesOf(1, 10)));
  CHECK((*second)->publish());
  pending->reset();
  CHECK(isRight(cache->find(digestOf(1)), 1, 10));
}

TEST_CASE("ContentStore: content removed before it is durable does not come back",
          "[cache][store]") {
  TestDir dir;
  {
    auto cache = openStore(optionsFor(dir.path()));
    auto pending = cache->begin(digestOf(1), 10);
    REQUIRE(pending);
    REQUIRE((*pending)->write(0, bytesOf(1, 10)));
    REQUIRE((*pending)->publish());
    CHECK(cache->remove(digestOf(1)));
    CHECK((*pending)->makeDurable().error().code == ErrorCode::kConflict);
  }
  CHECK(openStore(optionsFor(dir.path()))->find(digestOf(1)) == nullptr);
}

TEST_CASE("ContentStore: the newest digest of an image wins", "[cache][store]") {
  TestDir dir;
  auto cache = openStore(optionsFor(dir.path()));
  cache->setAlias("image", digestOf(1));
  cache->setAlias("image", digestOf(2));
  CHECK(cache->aliasOf("image") == digestOf(2));
  CHECK_FALSE(cache->aliasOf("other"));
}

TEST_CASE("ContentStore: eviction makes room, but not of what is held", "[cache][store]") {
  TestDir dir;
  auto cache = openStore(optionsFor(dir.path(), 4 * kMiB));
  const auto held = store(*cache, 1, kMiB);
  const auto file_of_second = store(*cache, 2, kMiB)->file();  // a file is as good as its content
  REQUIRE(store(*cache, 3, kMiB));
  REQUIRE(store(*cache, 4, kMiB));
  REQUIRE(store(*cache, 5, 2 * kMiB));
  CHECK(cache->usage().evictions == 2);
  CHECK(cache->usage().evicted_bytes == 2 * kMiB);
  CHECK(cache->find(digestOf(1)));
  CHECK(cache->find(digestOf(2)));
  CHECK(cache->find(digestOf(3)) == nullptr);
  const auto refused = cache->begin(digestOf(6), 3 * kMiB);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kNoSpace);
  CHECK(cache->find(digestOf(5)));  // and nothing was given up in vain
  CHECK(cache->begin(digestOf(7), 4 * kMiB + 1).error().code == ErrorCode::kNoSpace);
}

TEST_CASE("ContentStore: space of removed content comes back with its last reader",
          "[cache][store]") {
  TestDir dir;
  auto cache = openStore(optionsFor(dir.path(), 2 * kMiB));
  auto held = store(*cache, 1, 2 * kMiB);
  CHECK(cache->remove(digestOf(1)));
  CHECK(cache->begin(digestOf(2), kMiB).error().code == ErrorCode::kNoSpace);
  held.reset();
  CHECK(cache->begin(digestOf(2), 2 * kMiB));
}

TEST_CASE("ContentStore: a lowered capacity is kept from the start", "[cache][store]") {
  TestDir dir;
  {
    auto cache = openStore(optionsFor(dir.path()));
    for (std::uint64_t i = 1; i <= 5; ++i) REQUIRE(store(*cache, i, kMiB));
  }
  auto cache = openStore(optionsFor(dir.path(), 2 * kMiB));
  CHECK(cache->usage().bytes == 2 * kMiB);
  CHECK(cache->usage().contents == 2);
}

TEST_CASE("ContentStore: few files stay open, all contents are found", "[cache][store]") {
  TestDir dir;
  auto options = optionsFor(dir.path());
  options.max_open_files = 3;
  auto cache = openStore(options);
  // Of contents: the index opens and closes files of its own meanwhile.
  const auto openFiles = [contents = dir.path() + "/content/"] {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return std::count_if(begin(all), end(all), [&](const auto& entry) {
      std::error_code gone;
      return std::filesystem::read_symlink(entry, gone).string().starts_with(contents);
    });
  };
  for (std::uint64_t i = 1; i <= 40; ++i) REQUIRE(store(*cache, i, 5000, Durable::kNo));
  const auto before = openFiles();
  for (int round = 0; round < 2; ++round) {
    for (std::uint64_t i = 1; i <= 40; ++i) CHECK(isRight(cache->find(digestOf(i)), i, 5000));
  }
  CHECK(openFiles() <= before);
}

TEST_CASE("ContentStore: contents outlive the store", "[cache][store]") {
  TestDir dir;
  auto cache = openStore(optionsFor(dir.path()));
  auto content = store(*cache, 1, 1000);
  auto removed = store(*cache, 2, 1000);
  cache->remove(digestOf(2));
  cache.reset();
  CHECK(isRight(content, 1, 1000));
  CHECK(isRight(removed, 2, 1000));
}

TEST_CASE("ContentStore: a second process is refused by name", "[cache][store][fork]") {
  TestDir dir;
  int ready[2];
  int finish[2];
  REQUIRE(::pipe(ready) == 0);
  REQUIRE(::pipe(finish) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    auto first = ContentStore::open(optionsFor(dir.path()));
    char byte = first ? 'y' : 'n';
    if (::write(ready[1], &byte, 1) == 1 && ::read(finish[0], &byte, 1) < 0) ::_exit(2);
    ::_exit(0);
  }
  char byte = 0;
  REQUIRE(::read(ready[0], &byte, 1) == 1);
  REQUIRE(byte == 'y');
  const auto second = ContentStore::open(optionsFor(dir.path()));
  REQUIRE_FALSE(second);
  CHECK(second.error().code == ErrorCode::kConflict);
  CHECK_THAT(second.error().message, Catch::Contains("process " + std::to_string(child)));
  REQUIRE(::write(finish[1], &byte, 1) == 1);
  ::waitpid(child, nullptr, 0);
  for (int fd : {ready[0], ready[1], finish[0], finish[1]}) ::close(fd);
  CHECK(ContentStore::open(optionsFor(dir.path())));
}

TEST_CASE("ContentStore: start-up reads the index only", "[cache][store]") {
  TestDir dir;
  std::filesystem::create_directories(dir.path());
  {
    auto index = Index::open(dir.path() + "/index");
    REQUIRE(index);
    IndexChanges changes;
    for (std::uint64_t i = 1; i <= 10'000; ++i) {
      changes.contents.push_back({{digestOf(i), i}, ContentState::kDurable, 1000, 0, 1});
    }
    REQUIRE(index->index->apply(changes, Sync::kYes));
  }
  // Not one of their files exists: nobody has looked for them yet.
  auto cache = openStore(optionsFor(dir.path()));
  CHECK(cache->usage().contents == 10'000);
  CHECK(cache->usage().corrupt == 0);
  CHECK(cache->find(digestOf(1)) == nullptr);
  CHECK(cache->usage().contents == 9'999);
}

TEST_CASE("ContentStore: threads find, fill and remove without harm", "[cache][store][threads]") {
  TestDir dir;
  auto options = optionsFor(dir.path(), 600'000);
  options.max_open_files = 4;
  options.flush_interval = std::chrono::milliseconds(1);
  auto cache = openStore(options);
  std::atomic<int> wrong = 0;
  std::atomic<int> exceeded = 0;
  std::vector<std::jthread> threads;
  for (unsigned seed = 0; seed < 4; ++seed) {
    threads.emplace_back([&, seed] {
      std::mt19937 random(seed);
      for (int i = 0; i < 400; ++i) {
        const std::uint64_t number = random() % 16 + 1;
        const std::uint64_t size = number * 5000;
        const auto what = static_cast<unsigned>(random() % 20);
        if (what == 0) {
          cache->remove(digestOf(number));
        } else if (what == 1) {
          cache->condemn(digestOf(number), "test");
        } else if (what < 6) {
          store(*cache, number, size, random() % 2 == 0 ? Durable::kYes : Durable::kNo);
        } else if (const auto content = cache->find(digestOf(number))) {
          if (!isRight(content, number, size)) ++wrong;
          cache->setAlias("image" + std::to_string(random() % 8), digestOf(number));
        }
        const Usage usage = cache->usage();
        if (usage.bytes + usage.reserved_bytes > usage.capacity_bytes) ++exceeded;
        if (random() % 50 == 0) cache->list();
      }
    });
  }
  threads.clear();
  CHECK(wrong == 0);
  CHECK(exceeded == 0);
}

}  // namespace
}  // namespace glint::cache
