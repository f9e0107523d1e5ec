// The base fields of an image as the Images API knows them: one table that creation, patching, JSON
// output and the schema documents are all driven by.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "image/record.h"

namespace glint::image {

enum class FieldId : std::uint8_t {
  kId,
  kName,
  kStatus,
  kVisibility,
  kProtected,
  kOsHidden,
  kOwner,
  kChecksum,
  kOsHashAlgo,
  kOsHashValue,
  kSize,
  kVirtualSize,
  kContainerFormat,
  kDiskFormat,
  kMinDisk,
  kMinRam,
  kCreatedAt,
  kUpdatedAt,
  kTags,
  kDirectUrl,
  kLocations,
  kStores,
  kSelf,
  kFile,
  kSchema,
};

enum class JsonType : std::uint8_t { kString, kInteger, kBoolean, kTextList, kLocationList };

// Which texts a string field may hold.
enum class Vocabulary : std::uint8_t {
  kAny,
  kUuid,
  kStatus,
  kVisibility,
  kContainerFormat,  // the configured ones
  kDiskFormat,       // the configured ones
};

enum class Access : std::uint8_t {
  kWritable,
  kCreateOnly,  // given at creation, never changed
  kServer,      // the server's alone; refused in a body after the caller's rights were checked
  kLink,        // computed; refused in a body before anything else
  kLocations,   // by PATCH only, and only when locations are exposed
};

struct Field {
  FieldId id;
  std::string_view name;
  JsonType type;
  bool nullable;
  std::uint32_t max_length;  // characters; 0: no bound. Of each element for lists
  Vocabulary vocabulary;
  Access access;
  std::string_view description;
};

inline constexpr std::uint32_t kMaxPropertyName = 255;
inline constexpr std::int64_t kMaxMinimum = 2147483647;  // of min_disk, min_ram

std::span<const Field> baseFields();
const Field* findField(std::string_view name);  // nullptr: no base field

// What a client promises of the bytes at a location.
struct ValidationData {
  std::optional<std::string> checksum;  // md5 hex
  std::string os_hash_algo;
  std::string os_hash_value;  // hex
};
struct GivenLocation {
  Location location;
  std::optional<ValidationData> validation;
};

// A JSON value that was found fit for a field. monostate: null.
using FieldValue = std::variant<std::monostate, bool, std::int64_t, std::string,
                                std::vector<std::string>, std::vector<GivenLocation>>;

// Puts the value into the record; `value` has been read by ImageSchema for this very field.
// Fields that are computed are left alone.
void assign(Image& image, const Field& field, const FieldValue& value);

// Names that belong to the server: "location", "deleted", "deleted_at" and all that begin with
// "os_glance".
bool isReservedName(std::string_view name);

// Custom properties that are shown to nobody.
bool isHiddenProperty(std::string_view name);

// Custom properties that count against the quota: all but the server's own.
std::int64_t countedProperties(const Image& image);

// Whether a catalog of any kind can keep the text: no NUL, nothing above U+FFFF.
bool isStorableText(std::string_view utf8);

}  // namespace glint::image
