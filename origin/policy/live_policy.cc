#include "origin/policy/live_policy.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

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

Result<std::shared_ptr<const Policy>> load(const PolicySources& sources) {
  const auto rules = readPolicySources(sources);
  if (!rules) return tl::unexpected(rules.error());
  return Policy::create(*rules, sources.mode);
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

Result<std::shared_ptr<const Policy>> LivePolicy::open(const PolicySources& sources,
                                                       std::function<void()> on_refused) {
  auto rules = LiveValue<Policy>::open({.name = "policy",
                                        .files = [sources] { return filesOf(sources); },
                                        .load = [sources] { return load(sources); },
                                        .on_refused = std::move(on_refused)});
  if (!rules) return tl::unexpected(std::move(rules.error()));
  return std::shared_ptr<const Policy>(new LivePolicy(std::move(*rules)));
}

}  // namespace glint::origin
