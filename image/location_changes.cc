#include "image/location_changes.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "base/digest.h"
#include "base/strings.h"

namespace glint::image {

namespace {

auto bad(std::string message) { return fail(ErrorCode::kInvalidArgument, std::move(message)); }
auto conflict(std::string message) { return fail(ErrorCode::kConflict, std::move(message)); }

Status mayGain(const Image& image) {
  if (image.status == ImageStatus::kQueued || image.status == ImageStatus::kActive) return {};
  return conflict(std::string("Locations of an image that is ") + toString(image.status) +
                  " cannot be changed.");
}

std::optional<std::size_t> indexOf(std::string_view element) {
  if (element.empty() || !std::ranges::all_of(element, asciiDigit)) return std::nullopt;
  return parseInteger<std::size_t>(element).value_or(SIZE_MAX);
}

bool isHex(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return asciiDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  });
}

// Whether a digest of this algorithm can look like that.
bool isDigest(std::string_view algorithm, std::string_view text) {
  return isHex(text) && text.size() == digestHex(algorithm, {}).size();
}

// What is promised must be what is known; what is new is for images without bytes.
Status promise(std::optional<std::string>& known, const std::string& promised, bool queued) {
  if (known && *known != promised) return conflict("The image is known to have another digest.");
  if (!known && !queued) return conflict("Digests can be promised of a queued image only.");
  known = promised;
  return {};
}

Status takePromise(Image& image, const ValidationData& data, const LocationRules& rules) {
  if (data.os_hash_algo != rules.hashing_algorithm)
    return conflict("os_hash_algo must be " + rules.hashing_algorithm + ".");
  if (!isDigest(data.os_hash_algo, data.os_hash_value))
    return conflict("os_hash_value is no digest of " + data.os_hash_algo + ".");
  if (data.checksum && !isDigest("md5", *data.checksum))
    return conflict("checksum is no digest of md5.");
  const bool queued = image.status == ImageStatus::kQueued;
  auto status = promise(image.os_hash_algo, data.os_hash_algo, queued);
  if (status) status = promise(image.os_hash_value, asciiLower(data.os_hash_value), queued);
  if (status && data.checksum) status = promise(image.checksum, asciiLower(*data.checksum), queued);
  return status;
}

// The first bytes of an image make it active, others must be as many.
Status takeSize(Image& image, std::uint64_t size) {
  if (image.status == ImageStatus::kActive) {
    if (image.size && *image.size != size)
      return bad("What the location leads to has another size than the image.");
    return {};
  }
  if (!image.disk_format || !image.container_format)
    return bad("disk_format and container_format must be set before a location is.");
  image.size = size;
  image.status = ImageStatus::kActive;
  return {};
}

std::vector<std::string> urlsOf(const std::vector<Location>& locations) {
  std::vector<std::string> urls;
  for (const auto& location : locations) urls.push_back(location.url);
  std::ranges::sort(urls);
  return urls;
}

}  // namespace

Status addLocation(Image& image, const GivenLocation& given, std::string_view element,
                   const LocationRules& rules) {
  if (auto status = mayGain(image); !status) return status;
  const auto index = element == "-" ? image.locations.size() : indexOf(element);
  if (!index) return bad("A location is named by its number, or by '-'.");
  if (std::ranges::find(image.locations, given.location) != image.locations.end())
    return bad("The image has this location already.");
  if (rules.quota >= 0 && std::cmp_greater_equal(image.locations.size(), rules.quota))
    return fail(ErrorCode::kTooLarge, "The limit has been exceeded on the number of locations.");
  const auto size = rules.size_of(given.location);
  if (!size) return tl::unexpected(size.error());
  if (given.validation)
    if (auto status = takePromise(image, *given.validation, rules); !status) return status;
  if (auto status = takeSize(image, *size); !status) return status;
  const auto at = std::min(*index, image.locations.size());
  image.locations.insert(image.locations.begin() + static_cast<std::ptrdiff_t>(at), given.location);
  return {};
}

Status replaceLocations(Image& image, const std::vector<GivenLocation>& given,
                        const LocationRules& rules) {
  if (given.empty()) return fail(ErrorCode::kForbidden, "Locations cannot all be taken away.");
  if (auto status = mayGain(image); !status) return status;
  if (image.locations.empty()) {
    for (const auto& one : given)
      if (auto status = addLocation(image, one, "-", rules); !status) return status;
    return {};
  }
  std::vector<Location> locations;
  for (const auto& one : given) locations.push_back(one.location);
  if (urlsOf(locations) != urlsOf(image.locations))
    return bad("Locations can be replaced by the same ones with other metadata only.");
  image.locations = std::move(locations);
  return {};
}

Status removeLocation(Image& image, std::string_view element) {
  if (image.status != ImageStatus::kActive)
    return conflict("Locations can be removed from an active image only.");
  if (image.locations.size() == 1)
    return fail(ErrorCode::kForbidden, "The last location cannot be removed.");
  const auto index = element == "-" ? image.locations.size() - 1 : indexOf(element);
  if (!index || *index >= image.locations.size()) return bad("There is no such location.");
  image.locations.erase(image.locations.begin() + static_cast<std::ptrdiff_t>(*index));
  return {};
}

}  // namespace glint::image
