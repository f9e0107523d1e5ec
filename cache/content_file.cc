#include "cache/content_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/file.h"

namespace glint::cache {
namespace {

constexpr std::uint64_t kStatBlockBytes = 512;
constexpr mode_t kDirectoryMode = 0750;

bool isZero(std::span<const std::byte> bytes) {
  // Most blocks are decided by their first word.
  std::uint64_t word = 0;
  std::memcpy(&word, bytes.data(), sizeof word);
  return word == 0 &&
         std::memcmp(bytes.data(), bytes.data() + sizeof word, bytes.size() - sizeof word) == 0;
}

Status writeAll(DiskIo& disk, int fd, std::uint64_t offset, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written =
        disk.writeAt(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return failErrno("write content", written == 0 ? EIO : errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
  return {};
}

// A range that was written before must really become zero; a file system that cannot tell holes
// reports data, and is written to.
bool isHole(int fd, std::uint64_t offset, std::size_t length) {
  const off_t data = ::lseek(fd, static_cast<off_t>(offset), SEEK_DATA);
  if (data < 0) return errno == ENXIO;
  return static_cast<std::uint64_t>(data) >= offset + length;
}

// Length of the run of blocks at the front of `bytes` that are zero (or are not).
std::size_t runLength(std::span<const std::byte> bytes, bool zero) {
  std::size_t length = 0;
  while (bytes.size() - length >= kHoleBlockBytes &&
         isZero(bytes.subspan(length, kHoleBlockBytes)) == zero) {
    length += kHoleBlockBytes;
  }
  return length;
}

}  // namespace

std::string ContentDirectory::path(const ContentName& name) const {
  return root_ + '/' + fanOut(name.digest) + '/' + fileName(name);
}

Result<UniqueFd> ContentDirectory::create(const ContentName& name, std::uint64_t size) const {
  if (auto made = ensureDirectory(root_ + '/' + fanOut(name.digest), kDirectoryMode); !made) {
    return tl::unexpected(made.error());
  }
  const std::string file = path(name);
  UniqueFd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640));
  if (!fd.valid()) return failErrno("create " + file, errno);
  if (disk_.resize(fd.get(), static_cast<off_t>(size)) != 0) {
    const int error = errno;
    ::unlink(file.c_str());
    return failErrno("resize " + file, error);
  }
  return fd;
}

Result<UniqueFd> ContentDirectory::open(const ContentName& name, std::uint64_t size) const {
  const std::string file = path(name);
  UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd.valid()) {
    if (errno == ENOENT || errno == ELOOP) return fail(ErrorCode::kCorrupt, file + " is missing");
    return failErrno("open " + file, errno);
  }
  struct stat state {};
  if (::fstat(fd.get(), &state) != 0) return failErrno("stat " + file, errno);
  if (!S_ISREG(state.st_mode) || static_cast<std::uint64_t>(state.st_size) != size) {
    return fail(ErrorCode::kCorrupt, file + " has " + std::to_string(state.st_size) +
                                         " bytes instead of " + std::to_string(size));
  }
  return fd;
}

void ContentDirectory::remove(const ContentName& name) const { ::unlink(path(name).c_str()); }

Status ContentDirectory::sync(int fd, const ContentName& name) const {
  if (disk_.syncData(fd) != 0) return failErrno("sync " + path(name), errno);
  if (auto synced = syncDirectory(root_ + '/' + fanOut(name.digest)); !synced) return synced;
  return syncDirectory(root_);
}

Status writeSparse(DiskIo& disk, int fd, std::uint64_t offset, std::span<const std::byte> bytes) {
  // Up to the first block boundary there is no whole block to leave out.
  const std::size_t ahead = std::min<std::size_t>(
      bytes.size(), (kHoleBlockBytes - offset % kHoleBlockBytes) % kHoleBlockBytes);
  std::size_t pending = ahead;  // bytes at the front that are to be written
  while (pending < bytes.size()) {
    const auto rest = bytes.subspan(pending);
    pending += runLength(rest, false);
    const std::size_t zeros = runLength(bytes.subspan(pending), true);
    if (zeros == 0) {
      pending = bytes.size() - pending < kHoleBlockBytes ? bytes.size() : pending;
      continue;
    }
    if (!isHole(fd, offset + pending, zeros)) {
      pending += zeros;
      continue;
    }
    if (auto written = writeAll(disk, fd, offset, bytes.first(pending)); !written) return written;
    bytes = bytes.subspan(pending + zeros);
    offset += pending + zeros;
    pending = 0;
  }
  return writeAll(disk, fd, offset, bytes);
}

std::uint64_t diskBytes(int fd) {
  struct stat state {};
  if (::fstat(fd, &state) != 0) return 0;
  return static_cast<std::uint64_t>(state.st_blocks) * kStatBlockBytes;
}

}  // namespace glint::cache
