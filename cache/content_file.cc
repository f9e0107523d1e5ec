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
  // Most blocks are decided by their first bytes.
  return bytes[0] == std::byte{0} &&
         std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0;
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

std::size_t toBlockEnd(std::uint64_t offset) {
  return kHoleBlockBytes - static_cast<std::size_t>(offset % kHoleBlockBytes);
}

// How many bytes at the front belong to zero blocks; the first and the last block may be partial.
std::size_t zeroRun(std::uint64_t offset, std::span<const std::byte> bytes) {
  std::size_t length = 0;
  while (length < bytes.size()) {
    const auto block =
        bytes.subspan(length, std::min(bytes.size() - length, toBlockEnd(offset + length)));
    if (!isZero(block)) break;
    length += block.size();
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
  std::size_t written = 0;  // up to here it is on disk, or hole
  std::size_t at = 0;
  while (at < bytes.size()) {
    const std::size_t zeros = zeroRun(offset + at, bytes.subspan(at));
    if (zeros == 0) {
      at += std::min(bytes.size() - at, toBlockEnd(offset + at));
      continue;
    }
    if (isHole(fd, offset + at, zeros)) {
      auto done = writeAll(disk, fd, offset + written, bytes.subspan(written, at - written));
      if (!done) return done;
      written = at + zeros;
    }
    at += zeros;
  }
  return writeAll(disk, fd, offset + written, bytes.subspan(written));
}

std::uint64_t diskBytes(int fd) {
  struct stat state {};
  if (::fstat(fd, &state) != 0) return 0;
  return static_cast<std::uint64_t>(state.st_blocks) * kStatBlockBytes;
}

}  // namespace glint::cache
