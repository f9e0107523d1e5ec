#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>

#include <fmt/core.h>

namespace glint {
namespace {

template <class Call>
auto retryOnEintr(Call call) {
  for (;;) {
    const auto result = call();
    if (result >= 0 || errno != EINTR) return result;
  }
}

// Beside the target, so that rename() stays within one file system; unique among processes and
// threads.
std::string temporaryName(const std::string& path) {
  static std::atomic<unsigned> counter{0};
  return fmt::format("{}.tmp-{}-{}", path, ::getpid(), counter.fetch_add(1));
}

Status writeAndSync(const std::string& path, std::string_view content, mode_t mode) {
  auto file = openFile(path, O_WRONLY | O_CREAT | O_EXCL | O_TRUNC, mode);
  if (!file) return tl::unexpected(file.error());
  // The umask must neither widen nor narrow what the caller asked for.
  if (::fchmod(file->get(), mode) != 0) return failErrno("set the mode of " + path, errno);
  if (auto written = writeFull(file->get(), content); !written)
    return failWith(path, written.error());
  if (::fsync(file->get()) != 0) return failErrno("fsync " + path, errno);
  return {};
}

}  // namespace

Result<UniqueFd> openFile(const std::string& path, int flags, mode_t mode) {
  const int fd = retryOnEintr([&] { return ::open(path.c_str(), flags | O_CLOEXEC, mode); });
  if (fd < 0) return failErrno("open " + path, errno);
  return UniqueFd(fd);
}

Result<std::string> readFile(const std::string& path, std::uint64_t limit_bytes) {
  auto file = openFile(path, O_RDONLY);
  if (!file) return tl::unexpected(file.error());
  std::string content;
  constexpr std::size_t kStep = 64 * 1024;
  for (;;) {
    const std::size_t before = content.size();
    content.resize(before + kStep);
    const ssize_t got =
        retryOnEintr([&] { return ::read(file->get(), content.data() + before, kStep); });
    if (got < 0) return failErrno("read " + path, errno);
    content.resize(before + static_cast<std::size_t>(got));
    if (content.size() > limit_bytes)
      return fail(ErrorCode::kTooLarge,
                  fmt::format("{} is longer than {} bytes", path, limit_bytes));
    if (got == 0) return content;
  }
}

Status writeFileAtomic(const std::string& path, std::string_view content, mode_t mode) {
  const std::string temporary = temporaryName(path);
  if (auto written = writeAndSync(temporary, content, mode); !written) {
    ::unlink(temporary.c_str());
    return written;
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const int error = errno;
    ::unlink(temporary.c_str());
    return failErrno("rename " + temporary + " to " + path, error);
  }
  return syncDirectory(parentPath(path));
}

Status ensureDirectory(const std::string& path, mode_t mode) {
  if (::mkdir(path.c_str(), mode) == 0) return {};
  if (errno == ENOENT && path != parentPath(path)) {
    if (auto parent = ensureDirectory(parentPath(path), mode); !parent) return parent;
    if (::mkdir(path.c_str(), mode) == 0) return {};
  }
  if (errno != EEXIST) return failErrno("create directory " + path, errno);
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return failErrno("look at " + path, errno);
  if (!S_ISDIR(status.st_mode)) return fail(ErrorCode::kConflict, path + " is not a directory");
  return {};
}

Status syncDirectory(const std::string& path) {
  auto directory = openFile(path, O_RDONLY | O_DIRECTORY);
  if (!directory) return tl::unexpected(directory.error());
  if (::fsync(directory->get()) != 0) return failErrno("fsync " + path, errno);
  return {};
}

Result<std::size_t> preadFull(int fd, std::span<std::byte> buffer, std::uint64_t offset) {
  std::size_t done = 0;
  while (done < buffer.size()) {
    const ssize_t got = retryOnEintr([&] {
      return ::pread(fd, buffer.data() + done, buffer.size() - done,
                     static_cast<off_t>(offset + done));
    });
    if (got < 0) return failErrno("pread", errno);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

Status pwriteFull(int fd, std::span<const std::byte> bytes, std::uint64_t offset) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t put = retryOnEintr([&] {
      return ::pwrite(fd, bytes.data() + done, bytes.size() - done,
                      static_cast<off_t>(offset + done));
    });
    if (put < 0) return failErrno("pwrite", errno);
    done += static_cast<std::size_t>(put);
  }
  return {};
}

Status writeFull(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = retryOnEintr([&] { return ::write(fd, bytes.data(), bytes.size()); });
    if (put < 0) return failErrno("write", errno);
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

std::string parentPath(std::string_view path) {
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  const auto slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  while (path.size() > 1 && path.back() != '/') path.remove_suffix(1);
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  return std::string(path);
}

}  // namespace glint
