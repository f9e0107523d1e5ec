#include "origin/stores/file_store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <variant>

#include "base/file.h"
#include "origin/test_support.h"

namespace glint::origin {
namespace {

const image::ImageId kImage{"6a1f2f9e-9b1a-4c62-8d3e-0d7a5b0c1e2f"};

struct FileStoreFixture {
  TempDir dir;
  RequestContext context = testContext();
  std::string images = dir.file("images");
  std::unique_ptr<Store> store = open();

  std::unique_ptr<Store> open() const {
    auto opened = openFileStore({.id = "", .directory = images});
    REQUIRE(opened);
    return std::move(*opened);
  }
  std::unique_ptr<StoreWriter> writer(std::optional<std::uint64_t> size = std::nullopt) const {
    auto writer = store->put(context, kImage, size);
    REQUIRE(writer);
    return std::move(*writer);
  }
  std::string stored(const std::string& text) const {
    auto to = writer();
    REQUIRE(to->write(Slice::of(text)));
    return to->commit().value().url;
  }
  std::size_t files() const {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(images)) ++count;
    return count;
  }
};

std::string read(const http::Body& body) {
  const auto& range = std::get<http::FileRange>(body);
  std::string text(range.length, '\0');
  const auto got =
      preadFull(range.file->get(), std::as_writable_bytes(std::span(text)), range.offset);
  REQUIRE(got.value() == range.length);
  return text;
}

// Files beyond this size cannot be written while it lives: the disk is full, as far as write(2) is
// concerned (EFBIG, which the store treats like ENOSPC).
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

}  // namespace

TEST_CASE("FileStore: an object comes back as it was written", "[stores]") {
  FileStoreFixture f;
  auto writer = f.writer(11);
  REQUIRE(writer->write(Slice::of("hello ")));
  REQUIRE(writer->write(Slice::of("world")));
  const auto location = writer->commit();
  REQUIRE(location);
  CHECK(location->url == "file://" + f.images + "/" + kImage.value);
  CHECK(location->url == f.store->locationOf(kImage));
  CHECK(location->metadata.empty());
  writer.reset();
  CHECK(f.files() == 1);
  CHECK(f.store->size(f.context, location->url).value() == 11);
  CHECK(read(f.store->open(f.context, location->url, 0, 11).value()) == "hello world");
  CHECK(read(f.store->open(f.context, location->url, 6, 3).value()) == "wor");
  const std::string old_scheme = "filesystem" + location->url.substr(4);
  CHECK(read(f.open()->open(f.context, old_scheme, 0, 5).value()) == "hello");
}

TEST_CASE("FileStore: pieces of any size make up the object", "[stores]") {
  FileStoreFixture f;
  const auto total = GENERATE(std::size_t(1) << 20, (std::size_t(1) << 20) + 1, 3'333'333u, 4096u);
  const auto piece = GENERATE(std::size_t(1) << 18, 99'991u, 2'500'000u);
  std::string whole(total, '\0');
  for (std::size_t i = 0; i < total; ++i) whole[i] = static_cast<char>((i * 31) % 251);
  auto writer = f.writer();
  for (std::size_t at = 0; at < total; at += piece)
    REQUIRE(writer->write(Slice::of(whole.substr(at, piece))));
  const auto location = writer->commit().value();
  CHECK(read(f.store->open(f.context, location.url, 0, total).value()) == whole);
}

TEST_CASE("FileStore: an empty object is an object", "[stores]") {
  FileStoreFixture f;
  const auto location = f.writer(0)->commit();
  REQUIRE(location);
  CHECK(f.store->size(f.context, location->url).value() == 0);
}

TEST_CASE("FileStore: nothing is visible before commit, nothing stays without it", "[stores]") {
  FileStoreFixture f;
  auto writer = f.writer(1 << 20);
  REQUIRE(writer->write(Slice::of("half")));
  CHECK(f.store->size(f.context, f.store->locationOf(kImage)).error().code == ErrorCode::kNotFound);
  writer.reset();
  CHECK(f.files() == 0);
}

TEST_CASE("FileStore: an object is written once", "[stores]") {
  FileStoreFixture f;
  auto late = f.writer();
  const std::string location = f.stored("first");
  CHECK(f.store->put(f.context, kImage, std::nullopt).error().code == ErrorCode::kConflict);
  REQUIRE(late->write(Slice::of("second")));
  CHECK(late->commit().error().code == ErrorCode::kConflict);
  late.reset();
  CHECK(f.files() == 1);
  CHECK(read(f.store->open(f.context, location, 0, 5).value()) == "first");
}

TEST_CASE("FileStore: a removed object is gone", "[stores]") {
  FileStoreFixture f;
  const std::string location = f.stored("bytes");
  REQUIRE(f.store->remove(f.context, location));
  CHECK(f.store->open(f.context, location, 0, 5).error().code == ErrorCode::kNotFound);
  CHECK(f.store->remove(f.context, location).error().code == ErrorCode::kNotFound);
  f.stored("again");
}

TEST_CASE("FileStore: bytes being read outlive their removal", "[stores]") {
  FileStoreFixture f;
  const std::string location = f.stored("bytes");
  const auto body = f.store->open(f.context, location, 0, 5).value();
  REQUIRE(f.store->remove(f.context, location));
  CHECK(read(body) == "bytes");
}

TEST_CASE("FileStore: hostile ids and locations reach no path", "[stores]") {
  FileStoreFixture f;
  std::ofstream(f.dir.file("secret")) << "secret";
  const auto id = GENERATE(
      values<std::string>({"", ".", "..", "../secret", "a/b", "/etc/passwd", ".upload-x",
                           std::string("a\0b", 3), "a b", std::string(65, 'a'), "%2e%2e", "a\n"}));
  CAPTURE(id);
  CHECK(f.store->put(f.context, {id}, std::nullopt).error().code == ErrorCode::kInvalidArgument);
  const std::string location = "file://" + f.images + "/" + id;
  CHECK_FALSE(f.store->owns(location));
  CHECK(f.store->open(f.context, location, 0, 1).error().code == ErrorCode::kInvalidArgument);
  CHECK(f.store->remove(f.context, location).error().code == ErrorCode::kInvalidArgument);
}

TEST_CASE("FileStore: locations of others are not its own", "[stores]") {
  FileStoreFixture f;
  const auto location = GENERATE(values<std::string>(
      {"rbd://pool/x", "file:///etc/passwd", "file://", "", "http://h/x", "file://x"}));
  CAPTURE(location);
  CHECK_FALSE(f.store->owns(location));
  CHECK(f.store->size(f.context, location).error().code == ErrorCode::kInvalidArgument);
}

TEST_CASE("FileStore: a link or a directory in an object's place is not followed", "[stores]") {
  FileStoreFixture f;
  std::ofstream(f.dir.file("secret")) << "secret";
  const std::string path = f.images + "/" + kImage.value;
  SECTION("link") { std::filesystem::create_symlink(f.dir.file("secret"), path); }
  SECTION("directory") { std::filesystem::create_directory(path); }
  CHECK_FALSE(f.store->open(f.context, f.store->locationOf(kImage), 0, 1));
}

TEST_CASE("FileStore: an object shorter than promised is corrupt", "[stores]") {
  FileStoreFixture f;
  const std::string location = f.stored("12345");
  REQUIRE(::truncate((f.images + "/" + kImage.value).c_str(), 3) == 0);
  CHECK(f.store->open(f.context, location, 0, 5).error().code == ErrorCode::kCorrupt);
  CHECK(f.store->open(f.context, location, 4, 1).error().code == ErrorCode::kCorrupt);
  CHECK(f.store->open(f.context, location, ~0ull, 2).error().code == ErrorCode::kCorrupt);
}

TEST_CASE("FileStore: a full disk is no space, and leaves nothing", "[stores][fault]") {
  FileStoreFixture f;
  const FileSizeLimit limit(1 << 20);
  SECTION("known before the transfer") {
    CHECK(f.store->put(f.context, kImage, 1ull << 60).error().code == ErrorCode::kNoSpace);
  }
  SECTION("found while writing") {
    auto writer = f.writer();
    REQUIRE(writer->write(Slice::of(std::string(1 << 20, 'x'))));
    // Said at once, or when it is to be kept.
    auto status = writer->write(Slice::of("one more"));
    if (status) {
      if (auto location = writer->commit(); !location) status = tl::unexpected(location.error());
    }
    REQUIRE_FALSE(status);
    CHECK(status.error().code == ErrorCode::kNoSpace);
  }
  CHECK(f.files() == 0);
}

TEST_CASE("FileStore: strays of a crash are swept, uploads of others are not", "[stores]") {
  FileStoreFixture f;
  std::ofstream(f.images + "/.upload-dead") << "stray";
  const auto running = f.writer();
  CHECK(f.files() == 2);
  f.open();
  CHECK(f.files() == 1);
  CHECK_FALSE(std::filesystem::exists(f.images + "/.upload-dead"));
  REQUIRE(running->write(Slice::of("alive")));
  REQUIRE(running->commit());
}

TEST_CASE("FileStore: a directory that cannot be used is refused at start", "[stores]") {
  TempDir dir;
  std::ofstream(dir.file("file")) << "no directory";
  const auto store = openFileStore({.id = "", .directory = dir.file("file")});
  REQUIRE_FALSE(store);
  CHECK(store.error().message.find(dir.file("file")) != std::string::npos);
  // Root may write anywhere but here.
  CHECK_FALSE(openFileStore({.id = "", .directory = "/proc/glint"}));
}

TEST_CASE("FileStore: file_mode is applied", "[stores]") {
  TempDir dir;
  auto store =
      std::move(openFileStore({.id = "", .directory = dir.path(), .file_mode = 0640}).value());
  REQUIRE(store->put(testContext(), kImage, std::nullopt).value()->commit());
  struct stat status {};
  REQUIRE(::stat(dir.file(kImage.value).c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0640);
}

TEST_CASE("FileStore: a thin store leaves out zeros and keeps the length", "[store]") {
  TempDir dir;
  const auto store =
      openFileStore({.id = "thin", .directory = dir.file("thin"), .file_mode = 0, .thin = true})
          .value();
  const std::string data(100'000, 'x');
  const std::string zeros(3u << 20, '\0');
  const std::string tail = GENERATE(as<std::string>(), "", "t", std::string(70'000, '\0'));
  auto writer = store->put(testContext(), kImage, std::nullopt).value();
  for (const std::string& piece : {data, zeros, data, zeros, tail})
    if (!piece.empty()) REQUIRE(writer->write(Slice::of(piece)));
  const auto location = writer->commit().value();
  CHECK(location.metadata == std::map<std::string, std::string>{{"store", "thin"}});

  const std::string whole = data + zeros + data + zeros + tail;
  CHECK(store->size(testContext(), location.url).value() == whole.size());
  CHECK(read(store->open(testContext(), location.url, 0, whole.size()).value()) == whole);
  struct stat status {};
  REQUIRE(::stat(location.url.substr(7).c_str(), &status) == 0);
  CHECK(status.st_blocks * 512 < 1 << 20);
}

}  // namespace glint::origin
