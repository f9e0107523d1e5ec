// An image as the Images API knows it (spec: the image object), without how it is stored or shown.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "image/content_digest.h"

namespace glint::image {

struct ImageId {
  std::string value;  // verbatim as created; compared case-sensitively
  auto operator<=>(const ImageId&) const = default;
  bool operator==(const ImageId&) const = default;
};

enum class ImageStatus : std::uint8_t {
  kQueued,
  kSaving,
  kActive,
  kKilled,
  kDeleted,
  kUploading,
  kImporting,
  kPendingDelete,
  kDeactivated,
};

enum class Visibility : std::uint8_t { kPublic, kCommunity, kShared, kPrivate };

using Time = std::chrono::sys_time<std::chrono::microseconds>;  // UTC

struct Location {
  std::string url;                              // "file:///…/<id>", a store driver's URI
  std::map<std::string, std::string> metadata;  // "store" → store id
  bool operator==(const Location&) const = default;
};

struct Image {
  ImageId id;
  std::optional<std::string> name;
  ImageStatus status = ImageStatus::kQueued;
  Visibility visibility = Visibility::kShared;
  bool is_protected = false;
  bool os_hidden = false;
  std::optional<std::string> owner;     // project id
  std::optional<std::string> checksum;  // md5 hex
  std::optional<std::string> os_hash_algo;
  std::optional<std::string> os_hash_value;
  std::optional<std::uint64_t> size;
  std::optional<std::uint64_t> virtual_size;
  std::optional<std::string> container_format;
  std::optional<std::string> disk_format;
  std::int64_t min_disk = 0;  // GB
  std::int64_t min_ram = 0;   // MB
  Time created_at{};
  Time updated_at{};
  std::set<std::string> tags;
  std::map<std::string, std::string>
      properties;  // custom ones; names starting "os_glance" are the server's
  std::vector<Location> locations;
};

// The digest that names the content: os_hash_algo with os_hash_value, else md5 with checksum, else
// none.
std::optional<ContentDigest> contentDigest(const Image& image);

const char* toString(ImageStatus status);  // "queued" … "pending_delete"
const char* toString(Visibility visibility);
std::optional<ImageStatus> parseStatus(std::string_view text);
std::optional<Visibility> parseVisibility(std::string_view text);

}  // namespace glint::image
