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

Status emptyRemoved(const ApiRequest& request, const Image& saved,
                    const std::vector<Location>& before) {
  for (const auto& location : before) {
    // By URL: what several locations name stays until the last of them goes.
    if (std::ranges::find(saved.locations, location.url, &Location::url) != saved.locations.end())
      continue;
    const auto emptied = emptyStore(request, location);
    if (emptied) continue;
    putBack(request, saved.id, location);
    const auto& error = emptied.error();
    if (error.code == ErrorCode::kConflict || error.code == ErrorCode::kForbidden)
      return tl::unexpected(error);
    return fail(ErrorCode::kInternal, error.message);
  }
  return {};
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

  std::vector<Location> before;
  const auto taken_out = [&](Image& image) -> Status {
    for (const char* rule : {"get_image_location", "delete_image_location"})
      if (auto status = authorize(request, rule, image); !status) return status;
    if (image.status != ImageStatus::kActive)
      return fail(ErrorCode::kConflict, "Only an active image can be deleted from a store.");
    if (image.locations.size() == 1)
      return fail(ErrorCode::kForbidden, "The image is in one store only: delete the image.");
    before = image.locations;
    const auto in_store = [&](const Location& each) { return stores.of(each) == store; };
    if (std::erase_if(image.locations, in_store) == 0)
      return fail(ErrorCode::kNotFound, "The image is not in store " + store->id() + ".");
    if (image.locations.empty())
      return fail(ErrorCode::kForbidden, "The image is in one store only: delete the image.");
    return {};
  };
  const auto saved = request.services.catalog.update(request.context, found->id, taken_out);
  if (!saved) return tl::unexpected(saved.error());
  if (auto emptied = emptyRemoved(request, *saved, before); !emptied)
    return tl::unexpected(emptied.error());
  return noContent();
}

}  // namespace glint::origin
