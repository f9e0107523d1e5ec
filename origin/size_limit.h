// How many bytes an image may have.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/context.h"
#include "base/result.h"

namespace glint::origin {

class Catalog;

struct SizeRules {
  std::uint64_t image_size_cap = 1ull << 40;
  std::uint64_t user_storage_quota = 0;  // bytes per project; 0: none
};

// The cap, or what the project's quota leaves. Errors: those of the catalog.
Result<std::uint64_t> sizeLimit(const RequestContext& context, Catalog& catalog,
                                const SizeRules& rules, const std::optional<std::string>& owner);

}  // namespace glint::origin
