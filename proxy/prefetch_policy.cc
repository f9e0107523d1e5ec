#include "proxy/prefetch_policy.h"

#include <fnmatch.h>

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "base/units.h"

namespace glint::proxy {
namespace {

using image::Image;
using Condition = std::function<bool(const Image&)>;

constexpr std::string_view kProperty = "property.";

bool matches(const std::string& pattern, const std::string& text) {
  return fnmatch(pattern.c_str(), text.c_str(), 0) == 0;
}

auto bad(const PrefetchPolicy& policy, const std::string& what) {
  return fail(ErrorCode::kInvalidArgument, "policy " + policy.name + ": " + what);
}

Result<Condition> sizeCondition(const PrefetchPolicy& policy, const std::string& key,
                                const std::string& value) {
  const auto bytes = parseSize(value);
  if (!bytes) return bad(policy, key + ": \"" + value + "\" is no size");
  const bool at_most = key == "max_size";
  return Condition([bytes = *bytes, at_most](const Image& image) {
    const auto size = image.size.value_or(0);
    return at_most ? size <= bytes : size >= bytes;
  });
}

Result<Condition> conditionOf(const PrefetchPolicy& policy, const std::string& key,
                              const std::string& value) {
  if (key == "tag")
    return Condition([value](const Image& image) { return image.tags.contains(value); });
  if (key == "owner")
    return Condition([value](const Image& image) { return image.owner == value; });
  if (key == "name")
    return Condition(
        [value](const Image& image) { return matches(value, image.name.value_or("")); });
  if (key == "disk_format")
    return Condition([value](const Image& image) { return image.disk_format == value; });
  if (key == "visibility") {
    const auto visibility = image::parseVisibility(value);
    if (!visibility) return bad(policy, "visibility: \"" + value + "\" is none");
    return Condition([visibility](const Image& image) { return image.visibility == *visibility; });
  }
  if (key == "min_size" || key == "max_size") return sizeCondition(policy, key, value);
  if (key.starts_with(kProperty) && key.size() > kProperty.size()) {
    return Condition([name = key.substr(kProperty.size()), value](const Image& image) {
      const auto found = image.properties.find(name);
      return found != image.properties.end() && matches(value, found->second);
    });
  }
  return bad(policy, "\"" + key +
                         "\" is unknown; there are tag, owner, name, visibility, disk_format, "
                         "property.NAME, min_size, max_size, priority and pin");
}

Status addClause(PrefetchPolicy& policy, std::string_view clause) {
  if (clause == "pin") {
    policy.pin = true;
    return {};
  }
  const auto equals = clause.find('=');
  if (equals == std::string_view::npos)
    return bad(policy, "\"" + std::string(clause) + "\" is no key=value");
  const std::string key(trim(clause.substr(0, equals)));
  const std::string value(trim(clause.substr(equals + 1)));
  if (key == "priority") {
    const auto priority = parseInteger<std::int32_t>(value);
    if (!priority) return bad(policy, "priority: \"" + value + "\" is no number");
    policy.priority = *priority;
    return {};
  }
  auto condition = conditionOf(policy, key, value);
  if (!condition) return tl::unexpected(condition.error());
  policy.conditions.push_back(std::move(*condition));
  return {};
}

}  // namespace

bool PrefetchPolicy::wants(const Image& image) const {
  if (image.status != image::ImageStatus::kActive || image.os_hidden) return false;
  return std::ranges::all_of(conditions,
                             [&](const Condition& condition) { return condition(image); });
}

Result<PrefetchPolicy> parsePrefetchPolicy(std::string_view text) {
  PrefetchPolicy policy;
  const auto colon = text.find(':');
  policy.name = std::string(trim(text.substr(0, colon)));
  if (colon == std::string_view::npos || policy.name.empty())
    return fail(ErrorCode::kInvalidArgument,
                "policy \"" + std::string(text) + "\" is not NAME: CONDITION, …");
  for (const std::string_view part : split(text.substr(colon + 1), ',')) {
    const std::string_view clause = trim(part);
    if (clause.empty()) continue;
    if (auto added = addClause(policy, clause); !added) return tl::unexpected(added.error());
  }
  return policy;
}

const PrefetchPolicy* policyFor(const std::vector<PrefetchPolicy>& policies, const Image& image) {
  const PrefetchPolicy* best = nullptr;
  for (const PrefetchPolicy& policy : policies) {
    if (!policy.wants(image)) continue;
    if (best == nullptr || policy.priority > best->priority) best = &policy;
  }
  return best;
}

}  // namespace glint::proxy
