#include "origin/policy/property_protection.h"

#include <utility>
#include <vector>

#include "base/file.h"
#include "base/log.h"

namespace glint::origin {
namespace {

constexpr std::uint64_t kMaxFileBytes = 1u << 20;

Result<std::shared_ptr<const PropertyRules>> load(const ProtectionSources& sources,
                                                  const Policy& policy) {
  const auto text = readFile(sources.file, kMaxFileBytes);
  if (!text) return failWith("read the property protection file", text.error());
  auto rules = PropertyRules::parse(*text, sources.file, sources.format, policy);
  if (rules && (*rules)->leavesGaps())
    log::warn("property_protection_gaps",
              {{"file", sources.file},
               {"meaning",
                "properties that no section matches are denied to everybody; end the "
                "file with a section [.*]"}});
  return rules;
}

}  // namespace

Result<std::unique_ptr<PropertyProtection>> PropertyProtection::open(
    const ProtectionSources& sources, std::shared_ptr<const Policy> policy,
    std::function<void()> on_refused) {
  std::unique_ptr<LiveValue<PropertyRules>> rules;
  if (!sources.file.empty()) {
    auto opened = LiveValue<PropertyRules>::open(
        {.name = "property_protection",
         .files = [sources] { return std::vector{sources.file}; },
         .load = [sources, policy] { return load(sources, *policy); },
         .on_refused = std::move(on_refused)});
    if (!opened) return tl::unexpected(std::move(opened.error()));
    rules = std::move(*opened);
  }
  return std::unique_ptr<PropertyProtection>(
      new PropertyProtection(std::move(policy), std::move(rules)));
}

}  // namespace glint::origin
