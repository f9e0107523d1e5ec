// Files and directories with whole reads and writes and errors as values.
// Threads: any; everything blocks on disk.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/handle.h"
#include "base/result.h"

namespace glint {

// open(2), restarted on EINTR, always with O_CLOEXEC. Errors: by errno.
Result<UniqueFd> openFile(const std::string& path, int flags, mode_t mode = 0644);

// The whole file. Errors: kTooLarge (longer than `limit_bytes`), else by errno.
Result<std::string> readFile(const std::string& path, std::uint64_t limit_bytes);

// Replaces `path` as a whole: written beside it, fsynced, renamed over it, the directory fsynced.
// A reader, or a crash, sees the old file or the new one. Errors: by errno; the old file then
// stays.
Status writeFileAtomic(const std::string& path, std::string_view content, mode_t mode = 0644);

// Creates `path` and missing parents with `mode` (before the umask). An existing directory is left
// as it is. Errors: kConflict (something else stands there), else by errno.
Status ensureDirectory(const std::string& path, mode_t mode = 0755);

// fsync of a directory, so that names created or renamed in it survive a power cut.
Status syncDirectory(const std::string& path);

// pread(2) until `buffer` is full or the file ends; the number of bytes read. Errors: by errno.
Result<std::size_t> preadFull(int fd, std::span<std::byte> buffer, std::uint64_t offset);
// pwrite(2) until all is written. Errors: by errno.
Status pwriteFull(int fd, std::span<const std::byte> bytes, std::uint64_t offset);
// write(2) until all is written. Errors: by errno.
Status writeFull(int fd, std::string_view bytes);

// The directory part of a path: "/a/b" → "/a", "b" → ".", "/b" → "/".
std::string parentPath(std::string_view path);

}  // namespace glint
