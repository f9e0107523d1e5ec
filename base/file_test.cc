#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <filesystem>

#include <catch2/catch.hpp>

#include "base/test_dir.h"

using namespace glint;

TEST_CASE("File: an atomic write replaces the whole file, with its mode", "[base]") {
  TestDir dir;
  const std::string path = dir.file("f");
  REQUIRE(writeFileAtomic(path, "first and longer", 0644));
  REQUIRE(writeFileAtomic(path, "second", 0600));
  CHECK(readFile(path, 100) == "second");
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0600);
  std::size_t names = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(dir.path()))
    ++names;
  CHECK(names == 1);
}

TEST_CASE("File: an atomic write that fails leaves nothing behind", "[base]") {
  TestDir dir;
  const auto failed = writeFileAtomic(dir.file("missing/f"), "x");
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code == ErrorCode::kNotFound);
  REQUIRE(ensureDirectory(dir.file("d")));
  CHECK_FALSE(writeFileAtomic(dir.file("d"), "x"));  // a directory stands there
  CHECK(std::filesystem::is_directory(dir.file("d")));
  std::size_t names = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(dir.path()))
    ++names;
  CHECK(names == 1);
}

TEST_CASE("File: reading has a limit", "[base]") {
  TestDir dir;
  const std::string content(200'000, 'x');
  REQUIRE(writeFileAtomic(dir.file("f"), content));
  CHECK(readFile(dir.file("f"), content.size()) == content);
  const auto too_long = readFile(dir.file("f"), content.size() - 1);
  REQUIRE_FALSE(too_long);
  CHECK(too_long.error().code == ErrorCode::kTooLarge);
  CHECK(readFile(dir.file("none"), 1).error().code == ErrorCode::kNotFound);
}

TEST_CASE("File: directories are created with their parents", "[base]") {
  TestDir dir;
  CHECK(ensureDirectory(dir.file("a/b/c")));
  CHECK(ensureDirectory(dir.file("a/b/c")));
  CHECK(std::filesystem::is_directory(dir.file("a/b/c")));
  REQUIRE(writeFileAtomic(dir.file("f"), "x"));
  const auto in_the_way = ensureDirectory(dir.file("f"));
  REQUIRE_FALSE(in_the_way);
  CHECK(in_the_way.error().code == ErrorCode::kConflict);
  CHECK_FALSE(ensureDirectory(dir.file("f/below")));
}

TEST_CASE("File: positioned reads and writes are whole", "[base]") {
  TestDir dir;
  auto file = openFile(dir.file("f"), O_RDWR | O_CREAT);
  REQUIRE(file);
  const std::string text = "0123456789";
  REQUIRE(pwriteFull(file->get(), std::as_bytes(std::span(text)), 5));
  std::array<std::byte, 20> buffer{};
  CHECK(preadFull(file->get(), buffer, 0) == 15U);
  CHECK(buffer[4] == std::byte{0});
  CHECK(buffer[5] == std::byte{'0'});
  CHECK(preadFull(file->get(), buffer, 100) == 0U);
  CHECK(preadFull(-1, buffer, 0).error().code == ErrorCode::kInternal);
}

TEST_CASE("File: the parent of a path", "[base]") {
  CHECK(parentPath("/a/b") == "/a");
  CHECK(parentPath("/a/b/") == "/a");
  CHECK(parentPath("/a") == "/");
  CHECK(parentPath("/") == "/");
  CHECK(parentPath("a") == ".");
  CHECK(parentPath("a//b") == "a");
}
