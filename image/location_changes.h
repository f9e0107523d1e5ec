// Changes to the locations of an image, as clients may make them by PATCH (spec: images-api §17.1).
//
// Each works on the record alone; whoever saves it takes care of the bytes. Rights have been
// checked.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "image/fields.h"
#include "image/record.h"

namespace glint::image {

// What a deployment that lets clients name locations says of them.
struct LocationRules {
  // The size of what a location leads to, if clients may name it and it is there. May block; may be
  // asked several times. Errors: kInvalidArgument; kTooLarge.
  std::function<Result<std::uint64_t>(const Location& location)> size_of;
  std::string hashing_algorithm = "sha512";  // the only one that promises may use
  std::int64_t quota = 10;                   // locations of an image; negative: any number
};

// `element`: "-" (at the end) or a number (there, or at the end). A queued image becomes active.
// Errors: kConflict (the status; the promised digests), kInvalidArgument, kTooLarge (quota), those
// of size_of.
Status addLocation(Image& image, const GivenLocation& given, std::string_view element,
                   const LocationRules& rules);

// An image without locations gets them; those of another get other metadata or another order.
// Errors: as above; kForbidden (none are given).
Status replaceLocations(Image& image, const std::vector<GivenLocation>& given,
                        const LocationRules& rules);

// `element`: "-" (the last one) or a number. Errors: kConflict (the status), kForbidden (it is the
// only one), kInvalidArgument.
Status removeLocation(Image& image, std::string_view element);

}  // namespace glint::image
