#include "origin/metadefs/fields.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <string>

#include <nlohmann/json.hpp>

#include "origin/metadefs/record.h"

namespace glint::metadefs {
namespace {

using nlohmann::json;
using enum FieldType;
using enum FieldAccess;

constexpr std::array<std::string_view, 6> kTypeNames = {"array",  "boolean", "integer",
                                                        "number", "object",  "string"};
constexpr std::string_view kOfNamespace = "namespace";
constexpr std::array<std::string_view, 1> kNamespaceRequired = {"namespace"};
constexpr std::array<std::string_view, 1> kNameRequired = {"name"};
constexpr std::array<std::string_view, 3> kPropertyRequired = {"name", "title", "type"};

constexpr Field kNamespaceFields[] = {
    {.name = "namespace", .max_length = 80, .description = "The namespace's name."},
    {.name = "display_name", .max_length = 80, .description = "The name that people are shown."},
    {.name = "description", .max_length = 500, .description = "What the namespace is for."},
    {.name = "visibility", .type = kVisibility, .description = "Who may read the namespace."},
    {.name = "protected",
     .type = kBoolean,
     .description = "Whether the namespace is kept from being deleted."},
    {.name = "owner", .max_length = 255, .description = "The project that owns the namespace."},
    {.name = "created_at",
     .access = kServer,
     .description = "When the namespace was made.",
     .is_time = true},
    {.name = "updated_at",
     .access = kServer,
     .description = "When the namespace was changed last.",
     .is_time = true},
    {.name = "schema", .access = kLink},
    {.name = "self", .access = kLink},
    {.name = "resource_type_associations", .type = kAssociations},
    {.name = "properties", .type = kProperties},
    {.name = "objects", .type = kObjects},
    {.name = "tags", .type = kTags},
};

constexpr Field kObjectFields[] = {
    {.name = "name", .max_length = kMaxNameLength},
    {.name = "description"},
    {.name = "required", .type = kDistinctTexts},
    {.name = "properties", .type = kProperties},
    {.name = "schema", .access = kLink},
    {.name = "self", .access = kLink},
    {.name = "created_at",
     .access = kServer,
     .description = "When the object was made.",
     .is_time = true},
    {.name = "updated_at",
     .access = kServer,
     .description = "When the object was changed last.",
     .is_time = true},
};

constexpr Field kTagFields[] = {
    {.name = "name", .max_length = kMaxNameLength},
    {.name = "created_at",
     .access = kServer,
     .description = "When the tag was made.",
     .is_time = true},
    {.name = "updated_at",
     .access = kServer,
     .description = "When the tag was changed last.",
     .is_time = true},
};

constexpr Field kAssociationFields[] = {
    {.name = "name",
     .max_length = kMaxNameLength,
     .description = "A type of resources, as Heat names them where it knows them."},
    {.name = "prefix",
     .max_length = 80,
     .description = "What stands before the names of the namespace's properties on resources of "
                    "this type, its separator included."},
    {.name = "properties_target",
     .max_length = 80,
     .description = "Which properties are meant where a resource has several sets of them."},
    {.name = "created_at",
     .access = kServer,
     .description = "When the type was associated.",
     .is_time = true},
    {.name = "updated_at",
     .access = kServer,
     .description = "When the association was changed last.",
     .is_time = true},
};

constexpr Field kPropertyFields[] = {
    {.name = "name", .max_length = kMaxNameLength},
    {.name = "title"},
    {.name = "description"},
    {.name = "operators", .type = kTexts},
    {.name = "type", .type = kTypeName},
    {.name = "required", .type = kDistinctTexts},
    {.name = "minimum", .type = kNumber},
    {.name = "maximum", .type = kNumber},
    {.name = "maxLength", .type = kCount},
    {.name = "minLength", .type = kCount},
    {.name = "pattern"},
    {.name = "enum", .type = kList},
    {.name = "readonly", .type = kBoolean},
    {.name = "default", .type = kAnything},
    {.name = "confidential", .type = kBoolean},
    {.name = "items", .type = kItems},
    {.name = "maxItems", .type = kCount},
    {.name = "minItems", .type = kCount},
    {.name = "uniqueItems", .type = kBoolean},
    {.name = "additionalItems", .type = kBoolean},
};

// Where a value stands: nested values pass over times that came out of an answer.
enum class Place : std::uint8_t { kBody, kNested, kFile };

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::ranges::count_if(
      utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

tl::unexpected<Error> unfit(std::string_view kind, std::string_view field, std::string_view why) {
  return fail(ErrorCode::kInvalidArgument, "Provided object does not match schema '" +
                                               std::string(kind) + "': '" + std::string(field) +
                                               "' " + std::string(why));
}

Status checkObject(const Kind& kind, const json& body, Place place);

bool isCount(const json& value) {
  if (value.is_number_unsigned()) return true;
  if (value.is_number_integer()) return value.get<std::int64_t>() >= 0;
  if (!value.is_number_float()) return false;
  const auto number = value.get<double>();
  return number >= 0 && std::trunc(number) == number;
}

bool areTexts(const json& value) {
  return value.is_array() &&
         std::all_of(value.begin(), value.end(), [](const json& e) { return e.is_string(); });
}

bool areDistinct(const json& texts) {
  const std::set<json> distinct(texts.begin(), texts.end());
  return distinct.size() == texts.size();
}

bool isTypeName(const json& value) {
  return value.is_string() &&
         std::ranges::find(kTypeNames, value.get_ref<const std::string&>()) != kTypeNames.end();
}

bool isItems(const json& value) {
  if (!value.is_object()) return false;
  const auto items = value.items();
  return std::all_of(items.begin(), items.end(), [](const auto& item) {
    if (item.key() == "type") return isTypeName(item.value());
    return item.key() == "enum" && item.value().is_array();
  });
}

// Whether a value without structure of ours is of the type.
bool isOfType(FieldType type, const json& value) {
  switch (type) {
    case kText:
      return value.is_string();
    case kBoolean:
      return value.is_boolean();
    case kNumber:
      return value.is_number();
    case kCount:
      return isCount(value);
    case kTexts:
      return areTexts(value);
    case kDistinctTexts:
      return areTexts(value) && areDistinct(value);
    case kTypeName:
      return isTypeName(value);
    case kVisibility:
      return value.is_string() && parseVisibility(value.get_ref<const std::string&>());
    case kList:
    case kObjects:
    case kTags:
    case kAssociations:
      return value.is_array();
    case kAnything:
      return true;
    case kItems:
      return isItems(value);
    case kProperties:
      return value.is_object();
  }
  return false;
}

Status checkProperties(const json& map) {
  for (const auto& item : map.items()) {
    if (item.key().empty() || characters(item.key()) > kMaxNameLength)
      return unfit("property", item.key(), "is too long a name, or none");
    if (auto status = checkObject(propertyKind(), item.value(), Place::kNested); !status)
      return status;
  }
  return {};
}

Status checkList(const Kind& kind, const json& list, Place place) {
  for (const auto& element : list)
    if (auto status = checkObject(kind, element, place); !status) return status;
  return {};
}

Status checkNested(const Field& field, const json& value, Place place) {
  const auto inside = place == Place::kFile ? Place::kFile : Place::kNested;
  if (field.type == kProperties) return checkProperties(value);
  if (field.type == kObjects) return checkList(objectKind(), value, inside);
  if (field.type == kTags) return checkList(tagKind(), value, inside);
  if (field.type == kAssociations) return checkList(associationKind(), value, inside);
  return {};
}

// Names are how a path, or a reader, asks for the thing.
bool isName(const Kind& kind, const Field& field) {
  return field.name == "name" || (kind.name == kOfNamespace && field.name == kOfNamespace);
}

Status checkValue(const Kind& kind, const Field& field, const json& value, Place place) {
  if (!isOfType(field.type, value)) return unfit(kind.name, field.name, "is of the wrong type");
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    if (field.max_length > 0 && characters(text) > field.max_length)
      return unfit(kind.name, field.name, "is too long");
    if (isName(kind, field) && text.empty()) return unfit(kind.name, field.name, "is empty");
  }
  return checkNested(field, value, place);
}

bool passedOver(const Field& field, Place place) {
  if (place == Place::kFile) return field.access != kClient;
  return place == Place::kNested && field.access == kServer;
}

Status checkObject(const Kind& kind, const json& body, Place place) {
  if (!body.is_object())
    return fail(ErrorCode::kInvalidArgument, "Provided object does not match schema '" +
                                                 std::string(kind.name) + "': it is not an object");
  for (const auto& item : body.items()) {
    const auto field = std::ranges::find(kind.fields, item.key(), &Field::name);
    const bool server_only = field != kind.fields.end() && field->access != kClient;
    if (server_only && passedOver(*field, place)) continue;
    if (server_only && place == Place::kBody) continue;  // told before, by check()
    if (field == kind.fields.end() || server_only)
      return unfit(kind.name, item.key(), "is not expected");
    if (auto status = checkValue(kind, *field, item.value(), place); !status) return status;
  }
  for (const auto name : kind.required) {
    const bool in_map = place == Place::kNested && kind.name == "property" && name == "name";
    if (!in_map && !body.contains(name)) return unfit(kind.name, name, "is required");
  }
  return {};
}

// The fields that are the server's, and refused as such.
Status refuseServerFields(const Kind& kind, const json& body) {
  constexpr std::array<std::string_view, 2> kTimes = {"created_at", "updated_at"};
  for (const auto name : kTimes)
    if (body.contains(name))
      return fail(ErrorCode::kForbidden, "Attribute '" + std::string(name) + "' is read-only.");
  for (const auto& field : kind.fields)
    if (field.access == kLink && body.contains(field.name))
      return fail(ErrorCode::kForbidden,
                  "Attribute '" + std::string(field.name) + "' is read-only.");
  return {};
}

}  // namespace

const Kind& namespaceKind() {
  static constexpr Kind kKind = {kOfNamespace, kNamespaceFields, kNamespaceRequired};
  return kKind;
}
const Kind& objectKind() {
  static constexpr Kind kKind = {"object", kObjectFields, kNameRequired};
  return kKind;
}
const Kind& tagKind() {
  static constexpr Kind kKind = {"tag", kTagFields, kNameRequired};
  return kKind;
}
const Kind& associationKind() {
  static constexpr Kind kKind = {"resource_type_association", kAssociationFields, kNameRequired};
  return kKind;
}
const Kind& propertyKind() {
  static constexpr Kind kKind = {"property", kPropertyFields, kPropertyRequired};
  return kKind;
}

std::span<const std::string_view> typeNames() { return kTypeNames; }

Status check(const Kind& kind, const json& body) {
  if (body.is_object())
    if (auto status = refuseServerFields(kind, body); !status) return status;
  return checkObject(kind, body, Place::kBody);
}

Status checkTagList(const json& body) {
  if (!body.is_object() || body.size() != 1 || !body.contains("tags"))
    return unfit("tags", "tags", "is required, and nothing else");
  const json& tags = body["tags"];
  if (!tags.is_array()) return unfit("tags", "tags", "is of the wrong type");
  for (const auto& tag : tags) {
    if (!tag.is_object() || tag.size() != 1) return unfit("tags", "tags", "holds more than names");
    if (auto status = checkObject(tagKind(), tag, Place::kBody); !status) return status;
  }
  return {};
}

Status checkFile(const json& body) { return checkObject(namespaceKind(), body, Place::kFile); }

}  // namespace glint::metadefs
