#include "origin/policy/target.h"

#include <algorithm>
#include <vector>

#include "image/time_text.h"

namespace glint::origin {

namespace {

using Value = PolicyTarget::Value;

Value text(std::string value) { return {false, std::move(value)}; }
Value null() { return {true, "None"}; }
Value orNull(const std::optional<std::string>& value) { return value ? text(*value) : null(); }
Value flag(bool value) { return text(value ? "True" : "False"); }
Value number(const std::optional<std::uint64_t>& value) {
  return value ? text(std::to_string(*value)) : null();
}

Value memberOf(const image::Image& image, const Caller& caller) {
  const bool foreign = image.owner != caller.project_id;
  if (image.visibility != image::Visibility::kShared || !foreign || caller.project_id.empty())
    return null();
  return text(caller.project_id);
}

struct Named {
  std::string_view name;
  Value (*value)(const image::Image& image);
};

using image::Image;
constexpr Named kAttributes[] = {
    {"project_id", [](const Image& i) { return orNull(i.owner); }},
    {"owner", [](const Image& i) { return orNull(i.owner); }},
    {"visibility", [](const Image& i) { return text(toString(i.visibility)); }},
    {"id", [](const Image& i) { return text(i.id.value); }},
    {"image_id", [](const Image& i) { return text(i.id.value); }},
    {"name", [](const Image& i) { return orNull(i.name); }},
    {"status", [](const Image& i) { return text(toString(i.status)); }},
    {"protected", [](const Image& i) { return flag(i.is_protected); }},
    {"os_hidden", [](const Image& i) { return flag(i.os_hidden); }},
    {"container_format", [](const Image& i) { return orNull(i.container_format); }},
    {"disk_format", [](const Image& i) { return orNull(i.disk_format); }},
    {"checksum", [](const Image& i) { return orNull(i.checksum); }},
    {"os_hash_algo", [](const Image& i) { return orNull(i.os_hash_algo); }},
    {"os_hash_value", [](const Image& i) { return orNull(i.os_hash_value); }},
    {"size", [](const Image& i) { return number(i.size); }},
    {"virtual_size", [](const Image& i) { return number(i.virtual_size); }},
    {"min_disk", [](const Image& i) { return text(std::to_string(i.min_disk)); }},
    {"min_ram", [](const Image& i) { return text(std::to_string(i.min_ram)); }},
    {"created_at", [](const Image& i) { return text(image::formatTime(i.created_at)); }},
    {"updated_at", [](const Image& i) { return text(image::formatTime(i.updated_at)); }},
};

}  // namespace

std::optional<Value> ImageTarget::attribute(std::string_view name) const {
  if (name == "member_id") return memberOf(image_, caller_);
  const auto* named = std::ranges::find(kAttributes, name, &Named::name);
  if (named != std::end(kAttributes)) return named->value(image_);
  const auto property = image_.properties.find(std::string(name));
  if (property == image_.properties.end()) return std::nullopt;
  return text(property->second);
}

std::optional<Value> FixedTarget::attribute(std::string_view name) const {
  const auto found = std::ranges::find(attributes, name, &Attribute::name);
  if (found == attributes.end()) return std::nullopt;
  return orNull(found->text);
}

}  // namespace glint::origin
