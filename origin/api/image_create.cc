#include "base/uuid.h"
#include "image/create_body.h"
#include "origin/api/image_view.h"
#include "origin/api/images.h"

namespace glint::origin {

namespace {

constexpr int kStatusCreated = 201;

Status forbidden(std::string_view rule) {
  return fail(ErrorCode::kForbidden,
              "You are not authorized to complete " + std::string(rule) + " action.");
}

// Creating tells nothing of other images, so a refusal is always 403.
Status mayCreate(const ApiRequest& request, const image::CreateDraft& draft) {
  const auto& image = draft.image;
  FixedTarget target;
  target.attributes = {
      {"project_id", image.owner},
      {"owner", image.owner},
      {"visibility", draft.gives_visibility ? toString(image.visibility) : "private"},
  };
  const auto allows = [&](std::string_view rule) {
    return request.services.policy.allows(rule, request.caller, target);
  };
  if (!allows("add_image")) return forbidden("add_image");
  if (image.visibility == image::Visibility::kPublic && !allows("publicize_image"))
    return forbidden("publicize_image");
  if (image.visibility == image::Visibility::kCommunity && !allows("communitize_image"))
    return forbidden("communitize_image");
  return {};
}

void addList(http::HeaderMap& headers, const char* name, const std::vector<std::string>& words) {
  std::string list;
  for (const auto& word : words) list += (list.empty() ? "" : ",") + word;
  if (!list.empty()) headers.add(name, std::move(list));
}

// How and where bytes can be brought for the new image.
void tellOffers(const ApiServices& services, http::HeaderMap& headers) {
  addList(headers, "OpenStack-image-import-methods", services.options.enabled_import_methods);
  if (!services.stores.several()) return;
  std::vector<std::string> ids;
  for (const auto& entry : services.stores.entries()) ids.push_back(entry.store->id());
  addList(headers, "OpenStack-image-store-ids", ids);
}

Status mayHaveProperties(const ApiRequest& request, const image::Image& image) {
  for (const auto& property : image.properties)
    if (!mayAccess(request, image::PropertyAccess::kCreate, property.first))
      return fail(ErrorCode::kForbidden, "Property '" + property.first + "' is protected");
  return {};
}

image::Time now(const ApiServices& services) {
  return std::chrono::floor<std::chrono::microseconds>(services.clock.systemNow());
}

}  // namespace

ApiResult<http::Response> createImage(ApiRequest& request) {
  const auto& services = request.services;
  auto draft = image::parseCreateBody(request.http.body, services.schema);
  if (!draft) return tl::unexpected(std::move(draft.error()));
  if (auto status = requireWriter(request); !status) return tl::unexpected(status.error());

  auto& image = draft->image;
  if (!draft->gives_owner && !request.caller.project_id.empty())
    image.owner = request.caller.project_id;
  if (auto status = mayCreate(request, *draft); !status) return tl::unexpected(status.error());
  if (auto status = mayHaveProperties(request, image); !status)
    return tl::unexpected(status.error());
  const image::ImageLimits limits{services.options.image_property_quota,
                                  services.options.image_tag_quota};
  if (auto status = checkDraft(*draft, limits); !status) return tl::unexpected(status.error());

  if (image.id.value.empty()) image.id.value = makeUuid();
  image.created_at = image.updated_at = now(services);
  auto created = services.catalog.create(request.context, image);
  if (!created && created.error().code == ErrorCode::kConflict)
    return fail(ErrorCode::kConflict, "Image ID " + image.id.value + " already exists!");
  if (!created) return tl::unexpected(created.error());

  const std::string path = "/v2/images/" + image.id.value;
  auto response = imageResponse(request, std::move(image));
  response.status = kStatusCreated;
  response.headers.add("Location", requestBaseUrl(request.http.head, request.http.peer) + path);
  tellOffers(services, response.headers);
  return response;
}

}  // namespace glint::origin
