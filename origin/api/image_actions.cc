// POST …/actions/deactivate and …/reactivate (spec: images-api §14).

#include "origin/api/images.h"

namespace glint::origin {

namespace {

using image::ImageStatus;

ApiResult<http::Response> setStatus(ApiRequest& request, std::string_view rule, ImageStatus from,
                                    ImageStatus to) {
  if (auto status = requireWriter(request); !status) return tl::unexpected(status.error());
  const auto found = findVisible(request, {std::string(request.http.param("image_id"))});
  if (!found) return tl::unexpected(found.error());
  if (auto status = authorize(request, rule, *found); !status)
    return tl::unexpected(status.error());
  if (found->status == to) return noContent();
  const auto saved = request.services.catalog.update(
      request.context, found->id, [&](image::Image& image) -> Status {
        if (auto status = authorize(request, rule, image); !status) return status;
        if (image.status != from && image.status != to)
          return fail(ErrorCode::kForbidden, std::string("An image that is ") +
                                                 toString(image.status) +
                                                 " can neither be deactivated nor reactivated.");
        image.status = to;
        return {};
      });
  if (!saved) return tl::unexpected(saved.error());
  return noContent();
}

}  // namespace

ApiResult<http::Response> deactivateImage(ApiRequest& request) {
  return setStatus(request, "deactivate", ImageStatus::kActive, ImageStatus::kDeactivated);
}

ApiResult<http::Response> reactivateImage(ApiRequest& request) {
  return setStatus(request, "reactivate", ImageStatus::kDeactivated, ImageStatus::kActive);
}

}  // namespace glint::origin
