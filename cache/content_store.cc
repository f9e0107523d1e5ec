#include "cache/content_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "base/file.h"
#include "base/log.h"
#include "cache/content_file.h"
#include "cache/store.h"
#include "cache/store_clock.h"

namespace glint::cache {
namespace {

constexpr std::string_view kAsidePrefix = "index.damaged-";
constexpr std::size_t kMaxAside = 2;

// One block written and synced: a full or read-only disk is told now, in one line.
Status probe(const std::string& dir) {
  const std::string path = dir + "/probe";
  const UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640));
  if (!fd.valid()) return failErrno("write to cache directory " + dir, errno);
  const std::string block(kHoleBlockBytes, 'p');
  const ssize_t written = ::pwrite(fd.get(), block.data(), block.size(), 0);
  int error = written < 0 ? errno : ENOSPC;
  bool good = written == static_cast<ssize_t>(block.size());
  if (good && ::fdatasync(fd.get()) != 0) {
    error = errno;
    good = false;
  }
  ::unlink(path.c_str());
  if (good) return {};
  return failErrno("write to cache directory " + dir, error);
}

// The newest damaged indexes are kept for a person to look at.
void trimAside(const std::string& dir) {
  std::vector<std::string> aside;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(dir, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().filename().string().starts_with(kAsidePrefix)) {
      aside.push_back(entry->path().string());
    }
  }
  std::sort(aside.begin(), aside.end());
  for (std::size_t i = 0; i + kMaxAside < aside.size(); ++i) {
    std::filesystem::remove_all(aside[i], error);
  }
}

Result<Index::Opened> openIndex(const std::string& dir, std::uint64_t& corrupt) {
  const std::string path = dir + "/index";
  auto opened = Index::open(path);
  if (opened && opened->salvaged) {
    ++corrupt;
    log::warn("cache_index_salvaged",
              {{"path", path}, {"damaged_records", opened->snapshot.damaged_records}});
  }
  if (opened || opened.error().code != ErrorCode::kCorrupt) return opened;
  const std::string aside = dir + '/' + std::string(kAsidePrefix) + std::to_string(nowUs());
  log::error("cache_index_damaged",
             {{"path", path}, {"moved_to", aside}, {"error", opened.error().message}});
  ++corrupt;
  if (::rename(path.c_str(), aside.c_str()) != 0) {
    return failErrno("move damaged index aside to " + aside, errno);
  }
  trimAside(dir);
  return Index::open(path);
}

}  // namespace

Result<std::unique_ptr<ContentStore>> ContentStore::open(const StoreOptions& options) {
  if (auto made = ensureDirectory(options.dir + "/content", 0750); !made)
    return tl::unexpected(made.error());
  auto lock = DirectoryLock::take(options.dir);
  if (!lock) return tl::unexpected(lock.error());
  if (auto usable = probe(options.dir); !usable) return tl::unexpected(usable.error());
  std::uint64_t corrupt = 0;
  auto index = openIndex(options.dir, corrupt);
  if (!index) return tl::unexpected(index.error());
  return std::make_unique<Store>(
      Store::Parts{options, std::move(*lock), std::move(*index), corrupt});
}

}  // namespace glint::cache
