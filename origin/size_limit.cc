#include "origin/size_limit.h"

#include <algorithm>

#include "origin/catalog/catalog.h"

namespace glint::origin {

Result<std::uint64_t> sizeLimit(const RequestContext& context, Catalog& catalog,
                                const SizeRules& rules, const std::optional<std::string>& owner) {
  if (rules.user_storage_quota == 0 || !owner) return rules.image_size_cap;
  const auto used = catalog.storageUsed(context, *owner);
  if (!used) return tl::unexpected(used.error());
  const std::uint64_t left = rules.user_storage_quota - std::min(*used, rules.user_storage_quota);
  return std::min(rules.image_size_cap, left);
}

}  // namespace glint::origin
