#include "image/create_body.h"

#include <nlohmann/json.hpp>

#include "http/json.h"

namespace glint::image {

namespace {

using nlohmann::json;

bool over(std::size_t count, std::int64_t quota) {
  return quota >= 0 && count > static_cast<std::uint64_t>(quota);
}

Status refuseComputedFields(const json& body) {
  for (const auto& field : baseFields())
    if (field.access == Access::kLink && body.contains(field.name))
      return fail(ErrorCode::kForbidden,
                  "Attribute '" + std::string(field.name) + "' is read-only.");
  return {};
}

Status checkCustomName(std::string_view name) {
  std::size_t length = 0;
  for (const char c : name)
    if ((static_cast<unsigned char>(c) & 0xc0U) != 0x80U) ++length;
  if (length > kMaxPropertyName)
    return fail(ErrorCode::kInvalidArgument, "Custom property name is longer than 255 characters.");
  return {};
}

void take(CreateDraft& draft, const Field& field, const FieldValue& value) {
  if (field.access == Access::kServer && draft.server_field.empty())
    draft.server_field = field.name;
  if (field.access == Access::kLocations) draft.gives_locations = true;
  if (field.id == FieldId::kOwner) draft.gives_owner = true;
  if (field.id == FieldId::kVisibility) draft.gives_visibility = true;
  if (field.id == FieldId::kTags)
    if (const auto* tags = std::get_if<std::vector<std::string>>(&value))
      draft.tag_count = tags->size();
  assign(draft.image, field, value);
}

Status checkTexts(const Image& image) {
  const auto unstorable = [](std::string_view what) {
    return fail(ErrorCode::kInvalidArgument,
                "The " + std::string(what) + " holds characters that cannot be stored.");
  };
  if (image.name && !isStorableText(*image.name)) return unstorable("image name");
  if (image.owner && !isStorableText(*image.owner)) return unstorable("owner");
  for (const auto& [name, value] : image.properties) {
    if (!isStorableText(name)) return unstorable("name of a property");
    if (!isStorableText(value)) return unstorable("value of property " + name);
  }
  for (const auto& tag : image.tags)
    if (tag.find('\0') != std::string::npos) return unstorable("tag");
  return {};
}

}  // namespace

Result<CreateDraft> parseCreateBody(std::string_view body, const ImageSchema& schema) {
  const auto object = http::parseJson(body);
  if (!object) return tl::unexpected(object.error());
  if (!object->is_object())
    return fail(ErrorCode::kInvalidArgument, "The request body must be a JSON object.");
  if (auto status = refuseComputedFields(*object); !status)
    return tl::unexpected(std::move(status.error()));

  for (const auto& name : schema.required())
    if (!object->contains(name))
      return fail(ErrorCode::kInvalidArgument,
                  "Provided object does not match schema: '" + name + "' is required");
  CreateDraft draft;
  for (const auto& item : object->items()) {
    auto value = schema.read(item.key(), item.value());
    if (!value) return tl::unexpected(std::move(value.error()));
    if (const Field* field = findField(item.key()))
      take(draft, *field, *value);
    else
      draft.image.properties[item.key()] = std::get<std::string>(std::move(*value));
  }
  for (const auto& property : draft.image.properties)
    if (auto status = checkCustomName(property.first); !status)
      return tl::unexpected(std::move(status.error()));
  for (const auto& property : draft.image.properties)
    if (isReservedName(property.first))
      return fail(ErrorCode::kForbidden, "Attribute '" + property.first + "' is reserved.");
  return draft;
}

Status checkDraft(const CreateDraft& draft, const ImageLimits& limits) {
  const auto& image = draft.image;
  if (over(draft.tag_count, limits.tags))
    return fail(ErrorCode::kTooLarge, "The limit has been exceeded on the number of image tags.");
  if (!draft.server_field.empty())
    return fail(ErrorCode::kForbidden, "Attribute '" + draft.server_field + "' is read-only.");
  if (draft.gives_locations)
    return fail(ErrorCode::kForbidden, "Attribute 'locations' cannot be set at creation.");
  if (image.min_disk < 0 || image.min_ram < 0)
    return fail(ErrorCode::kInvalidArgument, "min_disk and min_ram must not be negative.");
  if (over(static_cast<std::size_t>(countedProperties(image)), limits.properties))
    return fail(ErrorCode::kTooLarge,
                "The limit has been exceeded on the number of image properties.");
  if (image.min_disk > kMaxMinimum || image.min_ram > kMaxMinimum)
    return fail(ErrorCode::kInvalidArgument, "min_disk or min_ram is too large.");
  return checkTexts(image);
}

}  // namespace glint::image
