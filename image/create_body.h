// The body of "create an image": what it may hold, in the order the API checks it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "image/record.h"
#include "image/schema.h"

namespace glint::image {

struct ImageLimits {
  std::int64_t properties = 128;  // negative: unlimited
  std::int64_t tags = 128;        // negative: unlimited
};

struct CreateDraft {
  Image image;               // what the body gives, the rest as a new image has it; id may be empty
  bool gives_owner = false;  // then an absent image.owner means that nobody shall own it
  bool gives_visibility = false;
  bool gives_locations = false;
  std::string server_field;   // a field that only the server sets; empty: none is given
  std::size_t tag_count = 0;  // before duplicates collapse
};

// What can be said of the body without knowing the caller.
// Errors: kInvalidArgument; kForbidden (computed fields, reserved names).
Result<CreateDraft> parseCreateBody(std::string_view body, const ImageSchema& schema);

// What is checked after the caller's rights.
// Errors: kTooLarge (quotas), kForbidden (fields of the server), kInvalidArgument.
Status checkDraft(const CreateDraft& draft, const ImageLimits& limits);

}  // namespace glint::image
