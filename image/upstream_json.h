// An image as another Images API service shows it, read leniently.
#pragma once

#include <string_view>

#include "base/result.h"
#include "image/record.h"

namespace glint::image {

// Reads what the edge needs of the answer to "show an image": id, status, name, visibility, owner,
// size, checksum, os_hash_algo, os_hash_value, updated_at. Other fields are ignored; digests that
// are no hex text of a plausible length are dropped, good ones come back in lower case.
// Errors: kUpstream (no image: not JSON, larger than kMaxShowAnswer, id or status missing or
// unknown, a field of the wrong type).
inline constexpr std::size_t kMaxShowAnswer = 4u << 20;
Result<Image> parseShowAnswer(std::string_view body);

}  // namespace glint::image
