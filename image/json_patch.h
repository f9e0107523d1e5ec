// Changes to an image as clients write them: the two JSON-patch media types of the Images API.
//
// Parsing looks at the whole document before any image is known; applying is all or nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "image/create_body.h"
#include "image/fields.h"
#include "image/location_changes.h"
#include "image/property_access.h"
#include "image/record.h"
#include "image/schema.h"

namespace glint::image {

enum class PatchDialect : std::uint8_t {
  kV20,  // {"add": "/x", "value": …}; adding what exists is a conflict
  kV21,  // {"op": "add", "path": "/x", "value": …}; adding overwrites
};
// Parameters after ";" do not count, letter case does. nullopt: another media type (415).
std::optional<PatchDialect> patchDialect(std::string_view content_type);
// For Accept-Patch: the media types accepted.
std::string_view patchMediaTypes();

enum class PatchOp : std::uint8_t { kAdd, kReplace, kRemove };

struct PatchChange {
  PatchOp op;
  std::string name;     // of the field or custom property
  std::string element;  // below it; only for "locations"
  FieldValue value;     // not for kRemove
};

// Errors: kInvalidArgument (form, types), kForbidden (names that belong to the server).
Result<std::vector<PatchChange>> parsePatch(std::string_view body, PatchDialect dialect,
                                            const ImageSchema& schema);

struct PatchRules {
  // Whether the caller may, by this policy rule, change the image. Its error is passed on.
  std::function<Status(std::string_view rule, const Image& image)> may;
  bool admin = false;  // the caller
  ImageLimits limits = {};
  // Whether the caller may do this to the custom property; empty: everything. What may not be read
  // is, for the caller, not there; it is kept whatever else changes.
  std::function<bool(PropertyAccess access, std::string_view name)> property = {};
  const LocationRules* locations = nullptr;  // none: locations may not be changed (403)
};

// Errors: those of `may`; kForbidden, kConflict (missing property; existing one, kV20), kTooLarge,
// kInvalidArgument.
Result<Image> applyPatch(Image image, const std::vector<PatchChange>& changes, PatchDialect dialect,
                         const PatchRules& rules);

}  // namespace glint::image
