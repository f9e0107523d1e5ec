#include "proxy/image_path.h"

#include <algorithm>

#include "base/strings.h"

namespace glint::proxy {
namespace {

constexpr std::size_t kMaxId = 36;

// Takes one segment off the front; the rest begins after the slash.
std::string_view takeSegment(std::string_view& path) {
  const auto slash = path.find('/');
  const std::string_view segment = path.substr(0, slash);
  path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  return segment;
}

bool isVersion2(std::string_view segment) {
  if (segment == "v2") return true;
  if (!segment.starts_with("v2.") || segment.size() < 4 || segment.size() > 5) return false;
  return std::all_of(segment.begin() + 3, segment.end(), asciiDigit);
}

bool isPlainId(std::string_view id) {
  return !id.empty() && id.size() <= kMaxId && std::all_of(id.begin(), id.end(), [](char c) {
    return asciiDigit(c) || asciiAlpha(c) || c == '-';
  });
}

// What follows the id, or nullopt.
struct Split {
  std::string_view id;
  std::string_view rest;
};
std::optional<Split> split(std::string_view path) {
  if (path.empty() || path.front() != '/') return std::nullopt;
  path.remove_prefix(std::min(path.find_first_not_of('/'), path.size()));
  if (!isVersion2(takeSegment(path)) || takeSegment(path) != "images") return std::nullopt;
  const std::string_view id = takeSegment(path);
  if (!isPlainId(id)) return std::nullopt;
  return Split{id, path};
}

}  // namespace

std::optional<image::ImageId> imageOfPath(std::string_view path) {
  const auto parts = split(path);
  if (!parts) return std::nullopt;
  return image::ImageId{std::string(parts->id)};
}

std::optional<image::ImageId> downloadOfPath(std::string_view path) {
  const auto parts = split(path);
  // A slash at the end makes it another path.
  if (!parts || parts->rest != "file") return std::nullopt;
  return image::ImageId{std::string(parts->id)};
}

std::optional<std::string_view> cacheOfPath(std::string_view path) {
  if (path.empty() || path.front() != '/') return std::nullopt;
  path.remove_prefix(std::min(path.find_first_not_of('/'), path.size()));
  if (!isVersion2(takeSegment(path)) || takeSegment(path) != "cache") return std::nullopt;
  if (!path.empty() && !isPlainId(path)) return std::nullopt;
  return path;
}

std::string withoutCacheVersion(std::string_view target) {
  for (const std::string_view version : {"/v2.14/", "/v2.16/", "/v2.18/"}) {
    if (target.starts_with(version)) return "/v2/" + std::string(target.substr(version.size()));
  }
  return std::string(target);
}

}  // namespace glint::proxy
