// One content's file: created sparse at its full size, written in any order, synced, opened again
// with its size checked.
//
// Threads: writeSparse() by several threads for disjoint ranges; the rest any. All block on disk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/handle.h"
#include "base/result.h"
#include "cache/content_name.h"
#include "cache/disk_io.h"

namespace glint::cache {

inline constexpr std::size_t kHoleBlockBytes = 4096;

// Where the contents of one store lie.
class ContentDirectory {
 public:
  ContentDirectory(std::string root, DiskIo& disk) : root_(std::move(root)), disk_(disk) {}

  std::string path(const ContentName& name) const;

  // A new file, `size` bytes of hole. Errors: kConflict (it exists), by errno.
  Result<UniqueFd> create(const ContentName& name, std::uint64_t size) const;
  // Errors: kCorrupt (missing, not a regular file, or another size), by errno.
  Result<UniqueFd> open(const ContentName& name, std::uint64_t size) const;
  void remove(const ContentName& name) const;  // a file that is not there is fine
  // The bytes, the size and the name reach the disk.
  Status sync(int fd, const ContentName& name) const;

  const std::string& root() const { return root_; }
  DiskIo& disk() const { return disk_; }

 private:
  std::string root_;  // <dir>/content
  DiskIo& disk_;
};

// Writes all bytes, except that zeros which fill a 4 KiB block, or their part of one, are left out
// where there is still a hole.
Status writeSparse(DiskIo& disk, int fd, std::uint64_t offset, std::span<const std::byte> bytes);

std::uint64_t diskBytes(int fd);  // blocks the file uses

}  // namespace glint::cache
