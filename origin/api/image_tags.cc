#include <algorithm>

#include "image/fields.h"
#include "origin/api/images.h"

namespace glint::origin {

namespace {

Status checkLength(std::string_view tag) {
  const auto* field = image::findField("tags");
  const auto characters = std::ranges::count_if(
      tag, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; });
  if (characters <= field->max_length) return {};
  return fail(ErrorCode::kInvalidArgument, "A tag has at most 255 characters.");
}

ApiResult<http::Response> changeTags(ApiRequest& request, const Catalog::Change& change) {
  if (auto status = requireWriter(request); !status) return tl::unexpected(status.error());
  const auto found = findVisible(request, {std::string(request.http.param("image_id"))});
  if (!found) return tl::unexpected(found.error());
  const auto saved = request.services.catalog.update(
      request.context, found->id, [&](image::Image& image) -> Status {
        if (auto status = authorize(request, "modify_image", image); !status) return status;
        return change(image);
      });
  if (!saved) return tl::unexpected(saved.error());
  return noContent();
}

}  // namespace

ApiResult<http::Response> addTag(ApiRequest& request) {
  const std::string tag(request.http.param("tag"));
  if (auto status = checkLength(tag); !status) return tl::unexpected(status.error());
  const auto quota = request.services.options.image_tag_quota;
  return changeTags(request, [&](image::Image& image) -> Status {
    image.tags.insert(tag);
    if (quota >= 0 && image.tags.size() > static_cast<std::uint64_t>(quota))
      return fail(ErrorCode::kTooLarge, "The limit has been exceeded on the number of image tags.");
    return {};
  });
}

ApiResult<http::Response> removeTag(ApiRequest& request) {
  const std::string tag(request.http.param("tag"));
  return changeTags(request, [&](image::Image& image) -> Status {
    if (image.tags.erase(tag) > 0) return {};
    return fail(ErrorCode::kNotFound, "Image " + image.id.value + " does not have this tag.");
  });
}

}  // namespace glint::origin
