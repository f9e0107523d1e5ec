#include "image/fields.h"

#include <algorithm>
#include <array>

namespace glint::image {

namespace {

using enum JsonType;
using enum Access;

constexpr bool kNullable = true;
constexpr bool kRequired = false;

constexpr std::array kFields = {
    Field{FieldId::kId, "id", kString, kRequired, 36, Vocabulary::kUuid, kCreateOnly,
          "An identifier for the image"},
    Field{FieldId::kName, "name", kString, kNullable, 255, Vocabulary::kAny, kWritable,
          "Descriptive name for the image"},
    Field{FieldId::kStatus, "status", kString, kRequired, 0, Vocabulary::kStatus, kServer,
          "Status of the image"},
    Field{FieldId::kVisibility, "visibility", kString, kRequired, 0, Vocabulary::kVisibility,
          kWritable, "Scope of image accessibility"},
    Field{FieldId::kProtected, "protected", kBoolean, kRequired, 0, Vocabulary::kAny, kWritable,
          "If true, image will not be deletable."},
    Field{FieldId::kOsHidden, "os_hidden", kBoolean, kRequired, 0, Vocabulary::kAny, kWritable,
          "If true, image will not appear in default image list response."},
    Field{FieldId::kOwner, "owner", kString, kNullable, 255, Vocabulary::kAny, kWritable,
          "Owner of the image"},
    Field{FieldId::kChecksum, "checksum", kString, kNullable, 32, Vocabulary::kAny, kServer,
          "MD5 hash of image contents."},
    Field{FieldId::kOsHashAlgo, "os_hash_algo", kString, kNullable, 64, Vocabulary::kAny, kServer,
          "Algorithm to calculate the os_hash_value"},
    Field{FieldId::kOsHashValue, "os_hash_value", kString, kNullable, 128, Vocabulary::kAny,
          kServer, "Hexdigest of the image contents using the algorithm of os_hash_algo"},
    Field{FieldId::kSize, "size", kInteger, kNullable, 0, Vocabulary::kAny, kServer,
          "Size of image file in bytes"},
    Field{FieldId::kVirtualSize, "virtual_size", kInteger, kNullable, 0, Vocabulary::kAny, kServer,
          "Virtual size of image in bytes"},
    Field{FieldId::kContainerFormat, "container_format", kString, kNullable, 0,
          Vocabulary::kContainerFormat, kWritable, "Format of the container"},
    Field{FieldId::kDiskFormat, "disk_format", kString, kNullable, 0, Vocabulary::kDiskFormat,
          kWritable, "Format of the disk"},
    Field{FieldId::kMinDisk, "min_disk", kInteger, kRequired, 0, Vocabulary::kAny, kWritable,
          "Amount of disk space (in GB) required to boot image."},
    Field{FieldId::kMinRam, "min_ram", kInteger, kRequired, 0, Vocabulary::kAny, kWritable,
          "Amount of ram (in MB) required to boot image."},
    Field{FieldId::kCreatedAt, "created_at", kString, kRequired, 0, Vocabulary::kAny, kServer,
          "Date and time of image registration"},
    Field{FieldId::kUpdatedAt, "updated_at", kString, kRequired, 0, Vocabulary::kAny, kServer,
          "Date and time of the last image modification"},
    Field{FieldId::kTags, "tags", kTextList, kRequired, 255, Vocabulary::kAny, kWritable,
          "List of strings related to the image"},
    Field{FieldId::kDirectUrl, "direct_url", kString, kRequired, 0, Vocabulary::kAny, kLink,
          "URL to access the image file kept in external store"},
    Field{FieldId::kLocations, "locations", kLocationList, kRequired, 255, Vocabulary::kAny,
          kLocations, "A set of URLs to access the image file kept in external store"},
    Field{FieldId::kStores, "stores", kString, kRequired, 0, Vocabulary::kAny, kLink,
          "Store in which image data resides. A comma-separated list when it is in several."},
    Field{FieldId::kSelf, "self", kString, kRequired, 0, Vocabulary::kAny, kLink,
          "An image self url"},
    Field{FieldId::kFile, "file", kString, kRequired, 0, Vocabulary::kAny, kLink,
          "An image file url"},
    Field{FieldId::kSchema, "schema", kString, kRequired, 0, Vocabulary::kAny, kLink,
          "An image schema url"},
};
static_assert(std::ranges::adjacent_find(kFields,
                                         [](const Field& a, const Field& b) {
                                           return static_cast<int>(a.id) + 1 !=
                                                  static_cast<int>(b.id);
                                         }) == kFields.end(),
              "one row per FieldId, in its order");
static_assert(kFields.size() == static_cast<std::size_t>(FieldId::kSchema) + 1);

std::optional<std::string> textOf(const FieldValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text == nullptr ? std::nullopt : std::optional(*text);
}

template <class T>
T valueOr(const FieldValue& value, T fallback) {
  const auto* held = std::get_if<T>(&value);
  return held == nullptr ? fallback : *held;
}

}  // namespace

std::span<const Field> baseFields() { return kFields; }

const Field* findField(std::string_view name) {
  const auto* found = std::ranges::find(kFields, name, &Field::name);
  return found == kFields.end() ? nullptr : found;
}

void assign(Image& image, const Field& field, const FieldValue& value) {
  switch (field.id) {
    case FieldId::kId:
      image.id.value = valueOr<std::string>(value, {});
      return;
    case FieldId::kName:
      image.name = textOf(value);
      return;
    case FieldId::kVisibility:
      image.visibility =
          parseVisibility(valueOr<std::string>(value, {})).value_or(image.visibility);
      return;
    case FieldId::kProtected:
      image.is_protected = valueOr(value, false);
      return;
    case FieldId::kOsHidden:
      image.os_hidden = valueOr(value, false);
      return;
    case FieldId::kOwner:
      image.owner = textOf(value);
      if (image.owner && image.owner->empty()) image.owner.reset();
      return;
    case FieldId::kContainerFormat:
      image.container_format = textOf(value);
      return;
    case FieldId::kDiskFormat:
      image.disk_format = textOf(value);
      return;
    case FieldId::kMinDisk:
      image.min_disk = valueOr<std::int64_t>(value, 0);
      return;
    case FieldId::kMinRam:
      image.min_ram = valueOr<std::int64_t>(value, 0);
      return;
    case FieldId::kTags: {
      auto tags = valueOr<std::vector<std::string>>(value, {});
      image.tags = {tags.begin(), tags.end()};
      return;
    }
    case FieldId::kStatus:
    case FieldId::kChecksum:
    case FieldId::kOsHashAlgo:
    case FieldId::kOsHashValue:
    case FieldId::kSize:
    case FieldId::kVirtualSize:
    case FieldId::kCreatedAt:
    case FieldId::kUpdatedAt:
    case FieldId::kDirectUrl:
    case FieldId::kLocations:
    case FieldId::kStores:
    case FieldId::kSelf:
    case FieldId::kFile:
    case FieldId::kSchema:
      return;
  }
}

bool isReservedName(std::string_view name) {
  return name.starts_with("os_glance") || name == "location" || name == "deleted" ||
         name == "deleted_at";
}

bool isHiddenProperty(std::string_view name) {
  return name == "os_glance_stage_host" || name == "os_glance_hash_op_host";
}

std::int64_t countedProperties(const Image& image) {
  return std::ranges::count_if(image.properties, [](const auto& property) {
    return !property.first.starts_with("os_glance");
  });
}

bool isStorableText(std::string_view utf8) {
  return std::ranges::none_of(
      utf8, [](char c) { return c == '\0' || static_cast<unsigned char>(c) >= 0xf0; });
}

}  // namespace glint::image
