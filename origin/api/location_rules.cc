#include "origin/api/location_rules.h"

#include <algorithm>
#include <array>

namespace glint::origin {

namespace {

// Paths of this host, and words that mean something in the operator's configuration only.
constexpr std::array<std::string_view, 3> kOwnSchemes = {"file", "filesystem", "swift+config"};

Result<std::uint64_t> sizeOf(const ApiRequest& request, const image::Location& location) {
  const auto scheme = std::string_view(location.url).substr(0, location.url.find(':'));
  Store* store = request.services.stores.of(location);
  if (std::ranges::find(kOwnSchemes, scheme) != kOwnSchemes.end() || store == nullptr)
    return fail(ErrorCode::kInvalidArgument, "Locations of this kind cannot be added.");
  const auto size = store->size(request.context, location.url);
  // Why not is between us and the store: a client shall not explore what we can reach.
  if (!size || *size == 0)
    return fail(ErrorCode::kInvalidArgument, "There is nothing at this location.");
  if (*size > request.services.options.image_size_cap)
    return fail(ErrorCode::kTooLarge, "What is at this location is larger than images may be.");
  return size;
}

}  // namespace

image::LocationRules locationRules(const ApiRequest& request) {
  const auto& options = request.services.options;
  return {
      .size_of = [&request](const image::Location& location) { return sizeOf(request, location); },
      .hashing_algorithm = options.hashing_algorithm,
      .quota = options.image_location_quota};
}

}  // namespace glint::origin
