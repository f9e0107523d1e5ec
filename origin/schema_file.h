// The schema of images as configured: formats, and the properties that the operator's file
// (schema-image.json) describes.
#pragma once

#include <string>

#include "base/result.h"
#include "image/schema.h"

namespace glint::origin {

// `file`: empty for none. Errors: those of reading it; kInvalidArgument naming file and property.
Result<image::ImageSchema> openImageSchema(image::SchemaOptions options, const std::string& file);

}  // namespace glint::origin
