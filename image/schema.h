// What a client may write into an image: checks JSON values field by field, and says so in the
// documents /v2/schemas/image and /v2/schemas/images.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"
#include "image/extra_properties.h"
#include "image/fields.h"

namespace glint::image {

struct SchemaOptions {
  std::vector<std::string> container_formats = {"ami", "ari", "aki",    "bare",
                                                "ovf", "ova", "docker", "compressed"};
  std::vector<std::string> disk_formats = {"ami", "ari",   "aki", "vhd", "vhdx", "vmdk",
                                           "raw", "qcow2", "vdi", "iso", "ploop"};
  ExtraProperties extra = {};         // custom properties that the operator describes
  bool additional_properties = true;  // others may be set, too
};

// Threads: immutable, shared freely.
class ImageSchema {
 public:
  explicit ImageSchema(SchemaOptions options = {});
  // Errors: kInvalidArgument (an extra property that base properties have otherwise).
  static Result<ImageSchema> create(SchemaOptions options);

  // The value of one property, base or custom, checked for type, length and vocabulary.
  // Integers beyond 64 bits come back as the nearest one. Errors: kInvalidArgument.
  Result<FieldValue> read(std::string_view name, const nlohmann::json& value) const;
  // One element of "locations". Errors: kInvalidArgument.
  Result<FieldValue> readLocation(const nlohmann::json& value) const;

  // Properties that a new image must be given.
  const std::vector<std::string>& required() const { return options_.extra.required; }

  const std::string& imageDocument() const { return image_document_; }
  const std::string& imagesDocument() const { return images_document_; }

 private:
  Result<FieldValue> readText(const Field& field, const nlohmann::json& value) const;

  SchemaOptions options_;
  std::string image_document_;
  std::string images_document_;
};

}  // namespace glint::image
