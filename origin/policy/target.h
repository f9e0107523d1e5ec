// What a policy rule is checked against: attributes of an image, or of one to be created.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "image/record.h"
#include "origin/identity/caller.h"

namespace glint::origin {

class PolicyTarget {
 public:
  struct Value {
    bool null = false;
    std::string text;  // of a null: "None"
  };
  virtual ~PolicyTarget() = default;
  // nullopt: the target has no such attribute.
  virtual std::optional<Value> attribute(std::string_view name) const = 0;
};

// An existing image, seen by a caller: base attributes and custom properties by name, and the
// aliases project_id (the owner) and member_id (the caller's project when the image is shared and
// not the caller's own, else null). Keeps references: use it at once.
class ImageTarget : public PolicyTarget {
 public:
  ImageTarget(const image::Image& image, const Caller& caller) : image_(image), caller_(caller) {}
  std::optional<Value> attribute(std::string_view name) const override;

 private:
  const image::Image& image_;
  const Caller& caller_;
};

// Attributes given one by one.
struct FixedTarget : PolicyTarget {
  struct Attribute {
    std::string_view name;
    std::optional<std::string> text;  // absent: null
  };
  std::vector<Attribute> attributes;
  std::optional<Value> attribute(std::string_view name) const override;
};

}  // namespace glint::origin
