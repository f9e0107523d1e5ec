// Disks that fail, files that change behind the store's back.
#include <fcntl.h>
#include <sys/mount.h>

#include <random>

#include "cache/store_test_support.h"

namespace glint::cache {
namespace {

constexpr std::uint64_t kMiB = 1 << 20;

std::string onlyFile(const std::string& dir) {
  const auto files = filesUnder(dir + "/content");
  REQUIRE(files.size() == 1);
  return files.front();
}

TEST_CASE("ContentStore: a file of wrong size is a miss and goes to quarantine",
          "[cache][store][fault]") {
  TestDir dir;
  { REQUIRE(store(*openStore(optionsFor(dir.path())), 1, kMiB)); }
  std::filesystem::resize_file(onlyFile(dir.path()), kMiB - 1);
  auto cache = openStore(optionsFor(dir.path()));
  CHECK(cache->find(digestOf(1)) == nullptr);
  CHECK(cache->usage().corrupt == 1);
  CHECK(cache->usage().contents == 0);
  CHECK(cache->usage().bytes == 0);
  CHECK(filesUnder(dir.path() + "/quarantine").size() == 1);
  CHECK(store(*cache, 1, kMiB));
  CHECK(isRight(cache->find(digestOf(1)), 1, kMiB));
}

TEST_CASE("ContentStore: a missing file is a miss", "[cache][store][fault]") {
  TestDir dir;
  { REQUIRE(store(*openStore(optionsFor(dir.path())), 1, kMiB)); }
  std::filesystem::remove(onlyFile(dir.path()));
  auto cache = openStore(optionsFor(dir.path()));
  CHECK(cache->find(digestOf(1)) == nullptr);
  CHECK(cache->usage().corrupt == 1);
  CHECK(store(*cache, 1, kMiB));
}

TEST_CASE("ContentStore: condemned content is counted, kept aside and gives way",
          "[cache][store][fault]") {
  TestDir dir;
  auto cache = openStore(optionsFor(dir.path(), 2 * kMiB));
  REQUIRE(store(*cache, 1, kMiB));
  cache->condemn(digestOf(1), "wrong bytes");
  cache->condemn(digestOf(1), "wrong bytes");
  CHECK(cache->usage().corrupt == 1);
  CHECK(cache->find(digestOf(1)) == nullptr);
  CHECK(filesUnder(dir.path() + "/quarantine").size() == 1);
  CHECK(store(*cache, 1, kMiB));  // fits beside the one in quarantine
  CHECK(filesUnder(dir.path() + "/quarantine").size() == 1);
  CHECK(store(*cache, 2, kMiB));  // does not
  CHECK(filesUnder(dir.path() + "/quarantine").empty());
}

TEST_CASE("ContentStore: failing writes are errors, and the store goes on",
          "[cache][store][fault]") {
  TestDir dir;
  FailingDisk disk;
  auto options = optionsFor(dir.path());
  options.disk = &disk;
  auto cache = openStore(options);
  REQUIRE(store(*cache, 1, kMiB));
  const int error = GENERATE(ENOSPC, EIO);
  const int good_writes = GENERATE(0, 3);
  {
    auto pending = cache->begin(digestOf(2), kMiB);
    REQUIRE(pending);
    disk.writes_before_failure = good_writes;
    disk.write_errno = error;
    const auto written = (*pending)->write(0, bytesOf(2, kMiB));
    REQUIRE_FALSE(written);
    CHECK(written.error().os_errno == error);
  }
  CHECK(cache->find(digestOf(2)) == nullptr);
  CHECK(isRight(cache->find(digestOf(1)), 1, kMiB));
  CHECK(cache->usage().reserved_bytes == 0);
  disk.write_errno = 0;
  CHECK(store(*cache, 2, kMiB));
  CHECK(isRight(cache->find(digestOf(2)), 2, kMiB));
}

TEST_CASE("ContentStore: content that cannot be synced is forgotten", "[cache][store][fault]") {
  TestDir dir;
  FailingDisk disk;
  auto options = optionsFor(dir.path());
  options.disk = &disk;
  {
    auto cache = openStore(options);
    auto pending = cache->begin(digestOf(1), 1000);
    REQUIRE(pending);
    REQUIRE((*pending)->write(0, bytesOf(1, 1000)));
    REQUIRE((*pending)->publish());
    disk.sync_errno = EIO;
    const auto durable = (*pending)->makeDurable();
    REQUIRE_FALSE(durable);
    CHECK(durable.error().os_errno == EIO);
    CHECK(cache->find(digestOf(1)) == nullptr);
    disk.sync_errno = 0;
    pending->reset();
    CHECK(cache->usage().bytes == 0);
    CHECK(store(*cache, 1, 1000));
  }
  CHECK(isRight(openStore(options)->find(digestOf(1)), 1, 1000));
}

TEST_CASE("ContentStore: the file system's last bytes are not used", "[cache][store][fault]") {
  TestDir dir;
  FailingDisk disk;
  auto options = optionsFor(dir.path());
  options.disk = &disk;
  options.keep_free_bytes = 10 * kMiB;
  auto cache = openStore(options);
  disk.free = 12 * static_cast<std::int64_t>(kMiB);
  auto first = cache->begin(digestOf(1), kMiB);
  REQUIRE(first);
  auto second = cache->begin(digestOf(2), kMiB);  // the first is not written yet, but counted
  REQUIRE(second);
  const auto third = cache->begin(digestOf(3), kMiB);
  REQUIRE_FALSE(third);
  CHECK(third.error().code == ErrorCode::kNoSpace);
  disk.free = 5 * static_cast<std::int64_t>(kMiB);
  first->reset();
  second->reset();
  CHECK(cache->begin(digestOf(3), 0).error().code == ErrorCode::kNoSpace);
}

// Damage to any file of the index: the store opens, counts it, and serves nothing wrong.
TEST_CASE("ContentStore: a damaged index is survived", "[cache][store][fault][property]") {
  const unsigned seed = GENERATE(take(40, random(1u, 1u << 30)));
  CAPTURE(seed);
  std::mt19937 random(seed);
  TestDir dir;
  for (int round = 0; round < 2; ++round) {
    auto cache = openStore(optionsFor(dir.path()));
    for (std::uint64_t i = 1; i <= 6; ++i) {
      if (random() % 3 == 0) cache->remove(digestOf(i));
      if (cache->find(digestOf(i)) == nullptr) REQUIRE(store(*cache, i, 3000 * i));
    }
  }
  const auto files = filesUnder(dir.path() + "/index");
  const std::string victim = files[random() % files.size()];
  auto text = readFile(victim, 1 << 26);
  REQUIRE(text);
  if (random() % 4 == 0) {
    std::filesystem::remove(victim);
  } else if (random() % 3 == 0) {
    std::filesystem::resize_file(victim, text->empty() ? 0 : random() % text->size());
  } else if (!text->empty()) {
    for (int i = 0; i < 4; ++i) (*text)[random() % text->size()] = static_cast<char>(random());
    REQUIRE(writeFileAtomic(victim, *text));
  }
  CAPTURE(victim);
  auto cache = openStore(optionsFor(dir.path()));
  std::uint64_t known = 0;
  for (std::uint64_t i = 1; i <= 6; ++i) {
    const auto content = cache->find(digestOf(i));
    if (!content) continue;
    ++known;
    CHECK(isRight(content, i, 3000 * i));
  }
  CHECK(eventually([&] { return filesUnder(dir.path() + "/content").size() == known; }));
  for (std::uint64_t i = 1; i <= 6; ++i) {
    if (cache->find(digestOf(i)) == nullptr) CHECK(store(*cache, i, 3000 * i));
    CHECK(isRight(cache->find(digestOf(i)), i, 3000 * i));
  }
}

TEST_CASE("ContentStore: an index beyond repair is moved aside", "[cache][store][fault]") {
  TestDir dir;
  for (int round = 1; round <= 4; ++round) {
    { REQUIRE(store(*openStore(optionsFor(dir.path())), 1, 5000)); }
    REQUIRE(writeFileAtomic(dir.path() + "/index/CURRENT", "MANIFEST-999999\n"));
    auto cache = openStore(optionsFor(dir.path()));
    CHECK(cache->usage().corrupt == 1);
    CHECK(cache->usage().contents == 0);
    CHECK(eventually([&] { return filesUnder(dir.path() + "/content").empty(); }));
  }
  int aside = 0;
  for (const auto& entry : std::filesystem::directory_iterator(dir.path())) {
    if (entry.path().filename().string().starts_with("index.damaged-")) ++aside;
  }
  CHECK(aside == 2);  // of four, the newest
}

TEST_CASE("ContentStore: a directory that cannot be used is one clear error",
          "[cache][store][fault]") {
  TestDir dir;
  REQUIRE(writeFileAtomic(dir.path() + "/file", "x"));
  const auto cache = ContentStore::open(optionsFor(dir.path() + "/file"));
  REQUIRE_FALSE(cache);
  CHECK_THAT(cache.error().message, Catch::Contains(dir.path() + "/file"));
}

class SmallDisk {
 public:
  explicit SmallDisk(const std::string& path) : path_(path) {
    mounted_ = ::mount("tmpfs", path.c_str(), "tmpfs", 0, "size=4m") == 0;
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() {
    if (mounted_) ::umount2(path_.c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }

 private:
  std::string path_;
  bool mounted_ = false;
};

void fillDisk(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  const std::string block(4096, 'x');
  while (::write(fd.get(), block.data(), block.size()) > 0) {
  }
}

TEST_CASE("ContentStore: a disk that really fills up", "[cache][store][fault]") {
  TestDir dir;
  const SmallDisk mount(dir.path());
  if (!mount.mounted()) {
    WARN("needs the right to mount a tmpfs: left out");
    return;
  }
  const std::string ballast = dir.path() + "/ballast";
  {
    auto cache = openStore(optionsFor(dir.path()));
    REQUIRE(store(*cache, 1, 300'000));
    auto pending = cache->begin(digestOf(2), kMiB);
    REQUIRE(pending);
    fillDisk(ballast);
    const auto written = (*pending)->write(0, bytesOf(2, kMiB));
    REQUIRE_FALSE(written);
    CHECK(written.error().code == ErrorCode::kNoSpace);
    pending->reset();
    for (int i = 0; i < 200; ++i) {  // until LevelDB, too, has met the end of the disk
      cache->setAlias("image" + std::to_string(i), digestOf(1));
      CHECK_FALSE(store(*cache, 3, kMiB));
    }
    CHECK(isRight(cache->find(digestOf(1)), 1, 300'000));
    CHECK(ContentStore::open(optionsFor(dir.path())).error().code == ErrorCode::kConflict);
    std::filesystem::remove(ballast);
    auto again = cache->begin(digestOf(2), kMiB);
    INFO((again ? std::string() : again.error().message));
    REQUIRE(again);
    REQUIRE((*again)->write(0, bytesOf(2, kMiB)));
    REQUIRE((*again)->publish());
    REQUIRE((*again)->makeDurable());
    CHECK(isRight(cache->find(digestOf(2)), 2, kMiB));
  }
  {
    auto cache = openStore(optionsFor(dir.path()));
    CHECK(isRight(cache->find(digestOf(1)), 1, 300'000));
    CHECK(isRight(cache->find(digestOf(2)), 2, kMiB));
  }
  fillDisk(ballast);
  const auto full = ContentStore::open(optionsFor(dir.path()));
  REQUIRE_FALSE(full);
  CHECK(full.error().code == ErrorCode::kNoSpace);
}

}  // namespace
}  // namespace glint::cache
