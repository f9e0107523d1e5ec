#include "base/log.h"
#include "origin/api/images.h"

namespace glint::origin {

namespace {

// The record is gone already: bytes that cannot be removed are an operator's matter.
void emptyLocation(const ApiRequest& request, const image::Image& image,
                   const image::Location& location) {
  Store* store = request.services.stores.of(location);
  if (store == nullptr || !store->capabilities().remove) return;
  const auto removed = store->remove(request.context, location.url);
  if (removed || removed.error().code == ErrorCode::kNotFound) return;
  log::error("image_bytes_left", {{"request_id", request.context.request_id},
                                  {"image_id", image.id.value},
                                  {"error", removed.error().message}});
}

}  // namespace

ApiResult<http::Response> deleteImage(ApiRequest& request) {
  if (auto status = requireWriter(request); !status) return tl::unexpected(status.error());
  const auto found = findVisible(request, {std::string(request.http.param("image_id"))});
  if (!found) return tl::unexpected(found.error());
  const auto removed = request.services.catalog.remove(
      request.context, found->id, [&](const image::Image& image) -> Status {
        if (auto status = authorize(request, "delete_image", image); !status) return status;
        if (image.is_protected)
          return fail(ErrorCode::kForbidden,
                      "Image " + image.id.value + " is protected and cannot be deleted.");
        return {};
      });
  if (!removed) return tl::unexpected(removed.error());
  for (const auto& location : removed->locations) emptyLocation(request, *removed, location);
  // Staged by another origin: its sweep finds it.
  if (Store* staging = request.services.staging; staging != nullptr)
    if (auto emptied = staging->remove(request.context, staging->locationOf(removed->id)); emptied)
      log::info("staged_data_removed", {{"image_id", removed->id.value}});
  return noContent();
}

}  // namespace glint::origin
