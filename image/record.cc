#include "image/record.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace glint::image {

namespace {

constexpr std::array kStatuses = {
    ImageStatus::kQueued,    ImageStatus::kSaving,        ImageStatus::kActive,
    ImageStatus::kKilled,    ImageStatus::kDeleted,       ImageStatus::kUploading,
    ImageStatus::kImporting, ImageStatus::kPendingDelete, ImageStatus::kDeactivated,
};
constexpr std::array kVisibilities = {Visibility::kPublic, Visibility::kCommunity,
                                      Visibility::kShared, Visibility::kPrivate};

template <class Range>
auto findNamed(const Range& values, std::string_view text)
    -> std::optional<typename Range::value_type> {
  const auto* found =
      std::ranges::find_if(values, [&](auto value) { return text == toString(value); });
  if (found == values.end()) return std::nullopt;
  return *found;
}

}  // namespace

std::optional<ContentDigest> contentDigest(const Image& image) {
  if (image.os_hash_algo && image.os_hash_value)
    return ContentDigest{*image.os_hash_algo, *image.os_hash_value};
  if (image.checksum) return ContentDigest{"md5", *image.checksum};
  return std::nullopt;
}

const char* toString(ImageStatus status) {
  switch (status) {
    case ImageStatus::kQueued:
      return "queued";
    case ImageStatus::kSaving:
      return "saving";
    case ImageStatus::kActive:
      return "active";
    case ImageStatus::kKilled:
      return "killed";
    case ImageStatus::kDeleted:
      return "deleted";
    case ImageStatus::kUploading:
      return "uploading";
    case ImageStatus::kImporting:
      return "importing";
    case ImageStatus::kPendingDelete:
      return "pending_delete";
    case ImageStatus::kDeactivated:
      return "deactivated";
  }
  return "queued";
}

const char* toString(Visibility visibility) {
  switch (visibility) {
    case Visibility::kPublic:
      return "public";
    case Visibility::kCommunity:
      return "community";
    case Visibility::kShared:
      return "shared";
    case Visibility::kPrivate:
      return "private";
  }
  return "private";
}

std::optional<ImageStatus> parseStatus(std::string_view text) { return findNamed(kStatuses, text); }

std::optional<Visibility> parseVisibility(std::string_view text) {
  return findNamed(kVisibilities, text);
}

}  // namespace glint::image
