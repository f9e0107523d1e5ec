// What an edge prefetches without being asked: rules over an image's record.
//
//   golden: tag=golden, visibility=public, name=debian-*, property.os_distro=debian, max_size=20G,
//           priority=10, pin
//
// All conditions of a policy must hold; a policy without conditions holds for every image.
// Threads: none (immutable).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "image/record.h"

namespace glint::proxy {

struct PrefetchPolicy {
  std::string name;
  std::vector<std::function<bool(const image::Image&)>> conditions;
  std::int32_t priority = 0;
  bool pin = false;  // what it has brought is not evicted

  // Only active, visible images, whatever the conditions are.
  bool wants(const image::Image& image) const;
};

// Errors: kInvalidArgument, saying what is wrong with the text.
Result<PrefetchPolicy> parsePrefetchPolicy(std::string_view text);

// The policy of the highest priority that wants the image; nullptr: none does.
const PrefetchPolicy* policyFor(const std::vector<PrefetchPolicy>& policies,
                                const image::Image& image);

}  // namespace glint::proxy
