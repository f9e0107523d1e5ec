// For the tests of cache/: a directory that goes away, contents that name their own bytes, a disk
// that fails on request.
#pragma once

#include <stdlib.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "base/file.h"
#include "cache/content_store.h"
#include "cache/disk_io.h"

namespace glint::cache {

// Memory serves as the disk unless TMPDIR names one: a killed process loses nothing that the kernel
// has, and hundreds of fdatasyncs cost nothing there.
inline std::string testParent() {
  if (std::getenv("TMPDIR") != nullptr) return std::filesystem::temp_directory_path().string();
  return ::access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
}

class TestDir {
 public:
  explicit TestDir(const std::string& parent = testParent()) {
    std::string pattern = parent + "/glint-cache-XXXXXX";
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  TestDir(const TestDir&) = delete;
  TestDir& operator=(const TestDir&) = delete;
  ~TestDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// The number is in the digest and decides every byte, so wrong bytes are found without a hash.
inline image::ContentDigest digestOf(std::uint64_t number) {
  char hex[33];
  std::snprintf(hex, sizeof hex, "%016llx%016llx",
                static_cast<unsigned long long>(number * 0x9e3779b97f4a7c15ull),
                static_cast<unsigned long long>(number));
  return {"sha512", hex};
}

inline std::vector<std::byte> bytesOf(std::uint64_t number, std::uint64_t size) {
  std::vector<std::byte> bytes(size);
  std::uint64_t state = number * 0x2545f4914f6cdd1dull + 1;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i / 4096 % 3 == 1) continue;  // every third block is zero
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    bytes[i] = static_cast<std::byte>(state >> 56);
  }
  return bytes;
}

inline std::vector<std::byte> readAll(const UniqueFd& file, std::uint64_t size) {
  std::vector<std::byte> bytes(size + 1);
  const auto got = preadFull(file.get(), bytes, 0);
  bytes.resize(got ? *got : 0);
  return bytes;
}

inline bool isRight(const ContentPtr& content, std::uint64_t number, std::uint64_t size) {
  return content->size() == size && readAll(*content->file(), size) == bytesOf(number, size);
}

inline std::unique_ptr<ContentStore> openStore(const StoreOptions& options) {
  auto store = ContentStore::open(options);
  INFO((store ? std::string() : store.error().message));
  REQUIRE(store);
  return std::move(*store);
}

inline StoreOptions optionsFor(const std::string& dir, std::uint64_t capacity = 64ull << 20) {
  StoreOptions options;
  options.dir = dir;
  options.capacity_bytes = capacity;
  options.keep_free_bytes = 0;
  return options;
}

enum class Durable : std::uint8_t { kNo, kYes };

// Fills and publishes; nullptr when there is no room.
inline ContentPtr store(ContentStore& in, std::uint64_t number, std::uint64_t size,
                        Durable durable = Durable::kYes) {
  auto pending = in.begin(digestOf(number), size);
  if (!pending) return nullptr;
  const auto bytes = bytesOf(number, size);
  if (!(*pending)->write(0, bytes)) return nullptr;
  auto content = (*pending)->publish();
  if (!content) return nullptr;
  if (durable == Durable::kYes && !(*pending)->makeDurable()) return nullptr;
  return *content;
}

// The content files below <dir>/content.
inline std::vector<std::string> filesUnder(const std::string& dir) {
  std::vector<std::string> files;
  if (!std::filesystem::exists(dir)) return files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(dir)) {
    if (entry.is_regular_file()) files.push_back(entry.path().string());
  }
  return files;
}

// True once `fact` holds; waits for another thread's work, not for time.
inline bool eventually(const std::function<bool()>& fact) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!fact()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

class FailingDisk : public DiskIo {
 public:
  std::atomic<int> write_errno{0};
  std::atomic<int> writes_before_failure{0};
  std::atomic<int> sync_errno{0};
  std::atomic<std::int64_t> free{std::int64_t{1} << 50};

  ssize_t writeAt(int fd, const void* bytes, std::size_t count, off_t offset) override {
    if (write_errno != 0 && writes_before_failure-- <= 0) {
      errno = write_errno;
      return -1;
    }
    return DiskIo::writeAt(fd, bytes, count, offset);
  }
  int syncData(int fd) override {
    if (sync_errno == 0) return DiskIo::syncData(fd);
    errno = sync_errno;
    return -1;
  }
  std::int64_t freeBytes(const std::string&) override { return free; }
};

}  // namespace glint::cache
