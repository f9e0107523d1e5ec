#include "origin/api/image_locations.h"

#include <algorithm>

#include "base/log.h"
#include "image/json.h"

namespace glint::origin {

namespace {

using image::Image;
using image::ImageId;
using image::ImageStatus;
using image::Location;

// The bytes are still there, so the image shall know of them.
void putBack(const ApiRequest& request, const ImageId& id, const Location& location) {
  const auto restored =
      request.services.catalog.update(request.context, id, [&](Image& image) -> Status {
        image.locations.push_back(location);
        return {};
      });
  if (restored) return;
  log::error("image_bytes_left", {{"request_id", request.context.request_id},
                                  {"image_id", id.value},
                                  {"location", location.url},
                                  {"error", restored.error().message}});
}

Status emptyStore(const ApiRequest& request, const Location& location) {
  Store* store = request.services.stores.of(location);
  // What cannot be deleted there (a web server's file) is forgotten here.
  if (store == nullptr || !store->capabilities().remove) return {};
  return store->remove(request.context, location.url);
}

}  // namespace

ApiResult<Image> removeLocation(const ApiRequest& request, const ImageId& id,
                                const ChooseLocation& choose) {
  Location removed;
  auto saved = request.services.catalog.update(request.context, id, [&](Image& image) -> Status {
    const auto index = choose(image);
    if (!index) return tl::unexpected(index.error());
    const auto chosen = image.locations.begin() + static_cast<std::ptrdiff_t>(*index);
    removed = std::move(*chosen);
    image.locations.erase(chosen);
    return {};
  });
  if (!saved) return tl::unexpected(saved.error());
  const auto emptied = emptyStore(request, removed);
  if (emptied) return std::move(*saved);
  putBack(request, id, removed);
  const auto& error = emptied.error();
  if (error.code == ErrorCode::kConflict || error.code == ErrorCode::kForbidden)
    return tl::unexpected(error);
  return fail(ErrorCode::kInternal, error.message);
}

ApiResult<http::Response> listLocations(ApiRequest& request) {
  auto found = findVisible(request, {std::string(request.http.param("image_id"))});
  if (!found) return tl::unexpected(found.error());
  if (auto status = authorize(request, "fetch_image_location", *found); !status)
    return tl::unexpected(status.error());
  if (found->status == ImageStatus::kDeactivated && !request.caller.is_admin)
    found->locations.clear();
  request.services.stores.arrange(found->locations);
  return jsonResponse(image::locationsJson(found->locations));
}

ApiResult<http::Response> deleteFromStore(ApiRequest& request) {
  const auto& stores = request.services.stores;
  if (!stores.several())
    return fail(ErrorCode::kNotFound, "Multi backend is not supported at this site.");
  const Store* store = stores.find(request.http.param("store_id"));
  if (store == nullptr) return fail(ErrorCode::kConflict, "There is no such store.");
  if (auto status = requireWriter(request); !status) return tl::unexpected(status.error());
  const auto found = findVisible(request, {std::string(request.http.param("image_id"))});
  if (!found) return tl::unexpected(found.error());

  const auto chosen = [&](const Image& image) -> Result<std::size_t> {
    for (const char* rule : {"get_image_location", "delete_image_location"})
      if (auto status = authorize(request, rule, image); !status)
        return tl::unexpected(status.error());
    if (image.status != ImageStatus::kActive)
      return fail(ErrorCode::kConflict, "Only an active image can be deleted from a store.");
    if (image.locations.size() == 1)
      return fail(ErrorCode::kForbidden, "The image is in one store only: delete the image.");
    const auto location = std::ranges::find_if(
        image.locations, [&](const Location& each) { return stores.of(each) == store; });
    if (location == image.locations.end())
      return fail(ErrorCode::kNotFound, "The image is not in store " + store->id() + ".");
    return static_cast<std::size_t>(location - image.locations.begin());
  };
  const auto removed = removeLocation(request, found->id, chosen);
  if (!removed) return tl::unexpected(removed.error());
  return noContent();
}

}  // namespace glint::origin
