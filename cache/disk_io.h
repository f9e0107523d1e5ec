// The disk operations that tests make fail: a seam, nothing else. Results are as in POSIX: negative
// is failure, with errno set. Threads: any.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace glint::cache {

class DiskIo {
 public:
  virtual ~DiskIo() = default;
  virtual ssize_t writeAt(int fd, const void* bytes, std::size_t count, off_t offset);
  virtual int resize(int fd, off_t size);
  virtual int syncData(int fd);
  // Bytes an ordinary process may still use on the file system of `dir`; negative: failure.
  virtual std::int64_t freeBytes(const std::string& dir);
};

DiskIo& realDisk();

}  // namespace glint::cache
