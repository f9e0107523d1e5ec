// What a list of images is asked for: who asks, filters (all must hold), order, page.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "image/record.h"

namespace glint::origin {

enum class TextColumn : std::uint8_t {
  kId,
  kName,
  kStatus,  // "queued" …, as image::toString() spells it
  kContainerFormat,
  kDiskFormat,
  kOwner,
  kChecksum,
  kOsHashAlgo,
  kOsHashValue,
};
enum class IntegerColumn : std::uint8_t { kSize, kVirtualSize, kMinDisk, kMinRam };
enum class TimeColumn : std::uint8_t { kCreatedAt, kUpdatedAt };
enum class Comparison : std::uint8_t { kEq, kNe, kLt, kLe, kGt, kGe };

// The column is one of the values (exactly, case-sensitive). No values: nothing matches.
struct TextFilter {
  TextColumn column;
  std::vector<std::string> any_of;
};
// A null never matches.
struct IntegerFilter {
  IntegerColumn column;
  Comparison comparison;
  std::int64_t value;
};
// Compared in whole seconds, as times are shown.
struct TimeFilter {
  TimeColumn column;
  Comparison comparison;
  image::Time value;
};

enum class SortColumn : std::uint8_t {
  kName,
  kStatus,
  kContainerFormat,
  kDiskFormat,
  kSize,
  kId,
  kCreatedAt,
  kUpdatedAt,
};
enum class Direction : std::uint8_t { kAscending, kDescending };
struct SortKey {
  SortColumn column;
  Direction direction;
};

enum class MemberFilter : std::uint8_t { kAccepted, kPending, kRejected, kAll };

// kDefault: all but community images of others.
enum class VisibilityFilter : std::uint8_t {
  kDefault,
  kAll,
  kPublic,
  kCommunity,
  kShared,
  kPrivate
};

struct ListQuery {
  // Who asks. An admin sees every image; others their project's, public and community ones, and
  // shared images whose member list holds the project with a standing of `member`.
  bool admin = false;
  std::string project{};  // may be empty: no images of one's own
  MemberFilter member = MemberFilter::kAccepted;

  VisibilityFilter visibility = VisibilityFilter::kDefault;
  bool os_hidden = false;  // true: only hidden ones
  std::optional<bool> is_protected{};
  std::vector<TextFilter> texts{};
  std::vector<IntegerFilter> integers{};
  std::vector<TimeFilter> times{};
  std::vector<std::string> tags{};                                // all of them
  std::vector<std::pair<std::string, std::string>> properties{};  // name, value

  // Null sorts as "" or 0. What is missing of created_at and id is appended as tie-breakers, in the
  // direction of the last key (no keys at all: descending).
  std::vector<SortKey> sort{};
  std::size_t limit = 25;
  std::optional<image::ImageId> marker{};  // the page begins after this image
};

}  // namespace glint::origin
