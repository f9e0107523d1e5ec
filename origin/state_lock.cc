#include "origin/state_lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

#include "base/file.h"
#include "base/strings.h"
#include "base/uuid.h"

namespace glint::origin {

Result<StateLock> lockState(const std::string& directory) {
  constexpr std::uint64_t kMostBytes = 4096;
  if (auto made = ensureDirectory(directory, 0700); !made)
    return failWith("state directory", made.error());
  auto file = openFile(directory + "/LOCK", O_RDWR | O_CREAT, 0600);
  if (!file) return failWith("state directory", file.error());
  if (::flock(file->get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return failErrno("lock " + directory, errno);
    return fail(ErrorCode::kConflict, "another process holds the state directory " + directory);
  }
  const std::string path = directory + "/instance";
  auto instance = readFile(path, kMostBytes);
  if (!instance && instance.error().code != ErrorCode::kNotFound)
    return tl::unexpected(instance.error());
  std::string name(instance ? trim(*instance) : std::string_view());
  if (!looksLikeUuid(name)) {
    name = makeUuid();
    if (auto written = writeFileAtomic(path, name + "\n", 0600); !written)
      return tl::unexpected(written.error());
  }
  return StateLock{std::move(*file), std::move(name)};
}

}  // namespace glint::origin
