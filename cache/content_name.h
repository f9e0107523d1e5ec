// How a content is called on disk: "ab/<algorithm>-<hex>.<serial>" under <dir>/content.
//
// The serial is never used twice, so a stale index record can only name a file that is gone, never
// one that was filled again. Digests come from upstreams: what is not [a-z0-9-] and hex never
// becomes a path.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "image/content_digest.h"

namespace glint::cache {

struct ContentName {
  image::ContentDigest digest;
  std::uint64_t serial = 0;
  bool operator==(const ContentName&) const = default;
};

// Algorithm: 1 to 32 of [a-z0-9-]; hex: 8 to 192 lower-case hex digits.
bool isNameable(const image::ContentDigest& digest);

std::string digestName(const image::ContentDigest& digest);  // "<algorithm>-<hex>"
std::optional<image::ContentDigest> parseDigestName(std::string_view name);

std::string fileName(const ContentName& name);      // "<algorithm>-<hex>.<serial>"
std::string fanOut(const image::ContentDigest& d);  // "ab", the first two hex digits
std::optional<ContentName> parseFileName(std::string_view name);

}  // namespace glint::cache
