// An image as another Images API service shows it, read leniently.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "image/record.h"

namespace glint::image {

// Reads what the edge needs of the answer to "show an image": id, status, name, visibility, owner,
// size, checksum, os_hash_algo, os_hash_value, updated_at, disk_format, container_format,
// os_hidden, tags, and as properties the other fields that are text. The rest is ignored; digests
// that are no hex text of a plausible length are dropped, good ones come back in lower case.
// Errors: kUpstream (no image: not JSON, larger than kMaxShowAnswer, id or status missing or
// unknown, a field of the wrong type).
inline constexpr std::size_t kMaxShowAnswer = 4u << 20;
Result<Image> parseShowAnswer(std::string_view body);

// A page of a list. Images that are none, by the rules above, are left out.
// Errors: kUpstream (not a list of images).
struct ListAnswer {
  std::vector<Image> images;
  std::string next;  // the next page's path and query; empty: this was the last one
};
inline constexpr std::size_t kMaxListAnswer = 16u << 20;
Result<ListAnswer> parseListAnswer(std::string_view body);

}  // namespace glint::image
