#include "cache/content_file.h"

#include <random>

#include "cache/store_test_support.h"

namespace glint::cache {
namespace {

struct Files {
  TestDir dir;
  DiskIo disk;
  ContentDirectory directory{dir.path(), disk};
  ContentName name{digestOf(1), 1};
};

TEST_CASE("ContentFile: zero blocks stay holes and read as zero", "[cache][file]") {
  Files files;
  constexpr std::uint64_t kSize = 1 << 20;
  auto fd = files.directory.create(files.name, kSize);
  REQUIRE(fd);
  std::vector<std::byte> bytes(kSize);
  bytes[100] = std::byte{1};
  bytes[kSize - 1] = std::byte{2};
  REQUIRE(writeSparse(files.disk, fd->get(), 0, bytes));
  CHECK(readAll(*fd, kSize) == bytes);
  CHECK(diskBytes(fd->get()) <= 4 * kHoleBlockBytes);
}

TEST_CASE("ContentFile: zeros that come in odd pieces leave a hole", "[cache][file]") {
  Files files;
  constexpr std::uint64_t kSize = 1 << 20;
  auto fd = files.directory.create(files.name, kSize);
  REQUIRE(fd);
  for (std::uint64_t at = 0; at < kSize; at += 16'001) {
    const std::vector<std::byte> piece(std::min<std::uint64_t>(16'001, kSize - at));
    REQUIRE(writeSparse(files.disk, fd->get(), at, piece));
  }
  CHECK(diskBytes(fd->get()) == 0);
}

TEST_CASE("ContentFile: zeros over earlier bytes are written", "[cache][file]") {
  Files files;
  constexpr std::uint64_t kSize = 64 << 10;
  auto fd = files.directory.create(files.name, kSize);
  REQUIRE(fd);
  REQUIRE(writeSparse(files.disk, fd->get(), 0, std::vector<std::byte>(kSize, std::byte{7})));
  const std::vector<std::byte> zeros(32 << 10);
  REQUIRE(writeSparse(files.disk, fd->get(), 8192, zeros));
  auto expected = std::vector<std::byte>(kSize, std::byte{7});
  std::fill_n(expected.begin() + 8192, zeros.size(), std::byte{0});
  CHECK(readAll(*fd, kSize) == expected);
}

TEST_CASE("ContentFile: random overlapping writes agree with memory", "[cache][file][property]") {
  const unsigned seed = GENERATE(take(10, random(1u, 1u << 30)));
  CAPTURE(seed);
  std::mt19937 random(seed);
  Files files;
  constexpr std::uint64_t kSize = 100'001;
  auto fd = files.directory.create(files.name, kSize);
  REQUIRE(fd);
  std::vector<std::byte> expected(kSize);
  for (int i = 0; i < 60; ++i) {
    const std::uint64_t offset = random() % kSize;
    const std::uint64_t length = random() % (kSize - offset) + 1;
    std::vector<std::byte> bytes(length);
    for (std::size_t at = 0; at < length; ++at) {
      // Runs of zero and other bytes that know nothing of block boundaries.
      if (at % 997 == 0 && random() % 2 == 0) at += random() % 20'000;
      if (at < length) bytes[at] = static_cast<std::byte>(random());
    }
    REQUIRE(writeSparse(files.disk, fd->get(), offset, bytes));
    std::copy(bytes.begin(), bytes.end(), expected.begin() + static_cast<long>(offset));
  }
  CHECK(readAll(*fd, kSize) == expected);
}

TEST_CASE("ContentFile: a name is created once", "[cache][file]") {
  Files files;
  REQUIRE(files.directory.create(files.name, 10));
  const auto again = files.directory.create(files.name, 10);
  REQUIRE_FALSE(again);
  CHECK(again.error().code == ErrorCode::kConflict);
}

TEST_CASE("ContentFile: missing, resized and foreign files are not opened", "[cache][file]") {
  Files files;
  const std::string path = files.directory.path(files.name);
  REQUIRE(files.directory.create(files.name, 10));
  SECTION("the size decides") {
    CHECK(files.directory.open(files.name, 10));
    CHECK(files.directory.open(files.name, 11).error().code == ErrorCode::kCorrupt);
  }
  SECTION("missing") {
    files.directory.remove(files.name);
    files.directory.remove(files.name);
    CHECK(files.directory.open(files.name, 10).error().code == ErrorCode::kCorrupt);
  }
  SECTION("a link to somewhere") {
    std::filesystem::remove(path);
    std::filesystem::create_symlink("/etc/hostname", path);
    CHECK(files.directory.open(files.name, 10).error().code == ErrorCode::kCorrupt);
  }
  SECTION("a directory") {
    std::filesystem::remove(path);
    std::filesystem::create_directory(path);
    CHECK_FALSE(files.directory.open(files.name, 10));
  }
}

TEST_CASE("ContentFile: failures are values with their errno", "[cache][file][fault]") {
  TestDir dir;
  FailingDisk disk;
  const ContentDirectory directory(dir.path(), disk);
  const ContentName name{digestOf(1), 1};
  auto fd = directory.create(name, 1 << 20);
  REQUIRE(fd);
  disk.write_errno = ENOSPC;
  const auto written = writeSparse(disk, fd->get(), 0, bytesOf(1, 1 << 20));
  REQUIRE_FALSE(written);
  CHECK(written.error().code == ErrorCode::kNoSpace);
  disk.sync_errno = EIO;
  const auto synced = directory.sync(fd->get(), name);
  REQUIRE_FALSE(synced);
  CHECK(synced.error().os_errno == EIO);
}

}  // namespace
}  // namespace glint::cache
