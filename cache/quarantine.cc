#include "cache/quarantine.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <vector>

#include "base/file.h"

namespace glint::cache {
namespace {

// Path and size, the oldest first.
std::vector<std::pair<std::string, std::uint64_t>> filesOf(const std::string& dir) {
  std::vector<std::pair<std::string, std::uint64_t>> files;
  std::vector<std::pair<std::filesystem::file_time_type, std::size_t>> by_age;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(dir, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    if (!entry->is_regular_file(ignored)) continue;
    by_age.emplace_back(entry->last_write_time(ignored), files.size());
    files.emplace_back(entry->path().string(), entry->file_size(ignored));
  }
  std::sort(by_age.begin(), by_age.end());
  std::vector<std::pair<std::string, std::uint64_t>> sorted;
  for (const auto& [time, index] : by_age) sorted.push_back(files[index]);
  return sorted;
}

}  // namespace

Quarantine::Quarantine(std::string dir, SpaceLedger& ledger) : dir_(std::move(dir)) {
  MutexLock lock(mu_);
  for (const auto& [path, size] : filesOf(dir_)) {
    auto grant = ledger.reserve(size);
    if (grant) {
      keep(path, std::move(*grant));
    } else {
      ::unlink(path.c_str());
    }
  }
}

void Quarantine::take(const std::string& file, const std::string& name, SpaceGrant grant) {
  struct stat state {};
  const std::string path = dir_ + '/' + name;
  MutexLock lock(mu_);
  if (!ensureDirectory(dir_, 0750) || ::stat(file.c_str(), &state) != 0 ||
      static_cast<std::uint64_t>(state.st_size) > grant.bytes() ||
      std::rename(file.c_str(), path.c_str()) != 0) {
    ::unlink(file.c_str());  // not worth more space than it was given
    return;
  }
  keep(path, std::move(grant));
}

bool Quarantine::dropOldest() {
  MutexLock lock(mu_);
  return dropFront();
}

void Quarantine::keep(const std::string& path, SpaceGrant grant) {
  grant.become(SpaceUse::kLeaving);
  kept_.push_back(Kept{path, std::move(grant)});
  if (kept_.size() > kMaxFiles) dropFront();
}

bool Quarantine::dropFront() {
  if (kept_.empty()) return false;
  ::unlink(kept_.front().path.c_str());
  kept_.pop_front();
  return true;
}

}  // namespace glint::cache
