#include "cache/disk_io.h"

#include <sys/statvfs.h>
#include <unistd.h>

#include <limits>

namespace glint::cache {

ssize_t DiskIo::writeAt(int fd, const void* bytes, std::size_t count, off_t offset) {
  return ::pwrite(fd, bytes, count, offset);
}

int DiskIo::resize(int fd, off_t size) { return ::ftruncate(fd, size); }

int DiskIo::syncData(int fd) { return ::fdatasync(fd); }

std::int64_t DiskIo::freeBytes(const std::string& dir) {
  struct statvfs state {};
  if (::statvfs(dir.c_str(), &state) != 0) return -1;
  const auto bytes = static_cast<unsigned long long>(state.f_bavail) * state.f_frsize;
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  return bytes > static_cast<unsigned long long>(kMost) ? kMost : static_cast<std::int64_t>(bytes);
}

DiskIo& realDisk() {
  static DiskIo disk;
  return disk;
}

}  // namespace glint::cache
