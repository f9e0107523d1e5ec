#include "origin/policy/live_policy.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "base/log.h"
#include "origin/policy/policy_file.h"

namespace glint::origin {
namespace {

std::vector<std::string> filesOf(const PolicySources& sources) {
  constexpr std::array<std::string_view, 3> kKinds = {".yaml", ".yml", ".json"};
  std::vector<std::string> files;
  if (!sources.file.empty()) files.push_back(sources.file);
  for (const auto& dir : sources.dirs) {
    std::vector<std::string> found;
    std::error_code error;
    for (std::filesystem::directory_iterator at(dir, error), end; !error && at != end;
         at.increment(error)) {
      const auto& path = at->path();
      if (std::ranges::find(kKinds, path.extension().string()) != kKinds.end())
        found.push_back(path.string());
    }
    std::ranges::sort(found);
    files.insert(files.end(), found.begin(), found.end());
  }
  return files;
}

// Changes with every change of the files.
std::string versionOf(const PolicySources& sources) {
  std::string version;
  for (const auto& file : filesOf(sources)) {
    struct stat status {};
    version += file;
    if (::stat(file.c_str(), &status) == 0)
      for (const long long part :
           {static_cast<long long>(status.st_ino), static_cast<long long>(status.st_size),
            static_cast<long long>(status.st_mtim.tv_sec),
            static_cast<long long>(status.st_mtim.tv_nsec)})
        version += ":" + std::to_string(part);
    version += "\n";
  }
  return version;
}

Result<std::shared_ptr<const Policy>> load(const PolicySources& sources) {
  const auto rules = readPolicySources(sources);
  if (!rules) return tl::unexpected(rules.error());
  return Policy::create(*rules, sources.default_rule);
}

}  // namespace

Result<std::map<std::string, std::string>> readPolicySources(const PolicySources& sources) {
  std::map<std::string, std::string> rules;
  for (const auto& file : filesOf(sources)) {
    auto read = readPolicyFile(file);
    if (!read) return tl::unexpected(std::move(read.error()));
    for (auto& [name, check] : *read) rules[name] = std::move(check);
  }
  return rules;
}

LivePolicy::LivePolicy(PolicySources sources, std::function<void()> on_refused)
    : sources_(std::move(sources)), on_refused_(std::move(on_refused)) {}

Result<std::shared_ptr<const Policy>> LivePolicy::open(const PolicySources& sources,
                                                       std::function<void()> on_refused) {
  std::shared_ptr<LivePolicy> policy(new LivePolicy(sources, std::move(on_refused)));
  {
    MutexLock lock(policy->mu_);
    policy->version_ = versionOf(sources);
  }
  auto loaded = load(sources);
  if (!loaded) return tl::unexpected(std::move(loaded.error()));
  policy->current_ = std::move(*loaded);
  return policy;
}

void LivePolicy::refresh() const {
  if (sources_.file.empty() && sources_.dirs.empty()) return;
  MutexLock lock(mu_);
  auto version = versionOf(sources_);
  if (version == version_) return;
  version_ = std::move(version);
  auto loaded = load(sources_);
  if (loaded) {
    current_ = std::move(*loaded);
    log::info("policy_reloaded");
    return;
  }
  log::error("policy_not_reloaded", {{"error", loaded.error().message}});
  if (on_refused_) on_refused_();
}

bool LivePolicy::allows(std::string_view rule, const Caller& caller,
                        const PolicyTarget& target) const {
  return current_.load()->allows(rule, caller, target);
}

}  // namespace glint::origin
