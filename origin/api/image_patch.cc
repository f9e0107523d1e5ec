#include <algorithm>

#include "image/json_patch.h"
#include "origin/api/image_locations.h"
#include "origin/api/image_view.h"
#include "origin/api/images.h"
#include "origin/api/location_rules.h"

namespace glint::origin {

namespace {

ApiResult<image::PatchDialect> dialectOf(const http::RequestHead& head) {
  const auto dialect = image::patchDialect(head.headers.get("Content-Type").value_or(""));
  if (dialect) return *dialect;
  ApiError error(kStatusUnsupportedMediaType, "The media type is not one of JSON patches.");
  error.headers.add("Accept-Patch", std::string(image::patchMediaTypes()));
  return tl::unexpected(std::move(error));
}

}  // namespace

ApiResult<http::Response> patchImage(ApiRequest& request) {
  const auto& options = request.services.options;
  const auto dialect = dialectOf(request.http.head);
  if (!dialect) return tl::unexpected(dialect.error());
  const auto changes = image::parsePatch(request.http.body, *dialect, request.services.schema);
  if (!changes) return tl::unexpected(changes.error());
  if (auto status = requireWriter(request); !status) return tl::unexpected(status.error());
  auto found = findVisible(request, {std::string(request.http.param("image_id"))});
  if (!found) return tl::unexpected(found.error());
  if (changes->empty()) return imageResponse(request, std::move(*found));

  const auto location_rules = locationRules(request);
  const image::PatchRules rules{
      .may = [&](std::string_view rule,
                 const image::Image& image) { return authorize(request, rule, image); },
      .admin = request.caller.is_admin,
      .limits = {options.image_property_quota, options.image_tag_quota},
      .property = [&](image::PropertyAccess access,
                      std::string_view name) { return mayAccess(request, access, name); },
      .locations = options.show_multiple_locations ? &location_rules : nullptr};
  const bool moves =
      std::ranges::find(*changes, "locations", &image::PatchChange::name) != changes->end();
  std::vector<image::Location> before;
  // Applied to what the catalog holds at that moment, so that a concurrent upload or change of
  // other fields is not undone.
  auto saved = request.services.catalog.update(
      request.context, found->id, [&](image::Image& image) -> Status {
        // Locations are numbered as they are shown.
        if (moves) request.services.stores.arrange(image.locations);
        before = image.locations;
        auto patched = applyPatch(image, *changes, *dialect, rules);
        if (!patched) return tl::unexpected(std::move(patched.error()));
        image = std::move(*patched);
        return {};
      });
  if (!saved) return tl::unexpected(saved.error());
  if (auto emptied = emptyRemoved(request, *saved, before); !emptied)
    return tl::unexpected(emptied.error());
  return imageResponse(request, std::move(*saved));
}

}  // namespace glint::origin
