// Members: the projects with which a shared image is shared (spec: images-api §15).
//
// Order of checks: form of the body, the image's visibility (404), whether it is shared at all,
// get_image, the rule, and then what is there. The owner sees all members, a member only itself.

#include <utility>

#include "image/member.h"
#include "origin/api/images.h"

namespace glint::origin {

namespace {

using image::Member;

std::string memberId(const ApiRequest& request) {
  return std::string(request.http.param("member_id"));
}

Status noSuchMember(const ApiRequest& request) {
  return fail(ErrorCode::kNotFound, memberId(request) + " is not a member of this image.");
}

// The image, when it is shared and the rule lets the caller go on.
Result<image::Image> findShared(const ApiRequest& request, std::string_view rule) {
  auto found = findVisible(request, {std::string(request.http.param("image_id"))});
  if (!found) return found;
  if (found->visibility != image::Visibility::kShared)
    return fail(ErrorCode::kForbidden, "Only shared images have members.");
  for (const std::string_view each : {std::string_view("get_image"), rule})
    if (auto status = authorize(request, each, *found); !status)
      return tl::unexpected(status.error());
  return found;
}

bool seesAll(const ApiRequest& request, const image::Image& image) {
  return request.caller.is_admin || image.owner == request.caller.project_id;
}

// The member named in the path, as far as the caller sees it.
Result<Member> findMember(const ApiRequest& request, const image::Image& image) {
  const auto project = memberId(request);
  if (!seesAll(request, image) && project != request.caller.project_id)
    return tl::unexpected(noSuchMember(request).error());
  auto member = request.services.catalog.member(request.context, image.id, project);
  if (!member) return tl::unexpected(member.error());
  if (!*member) return tl::unexpected(noSuchMember(request).error());
  return std::move(**member);
}

}  // namespace

ApiResult<http::Response> listMembers(ApiRequest& request) {
  const auto image = findShared(request, "get_members");
  if (!image) return tl::unexpected(image.error());
  auto members = request.services.catalog.members(request.context, image->id);
  if (!members) return tl::unexpected(members.error());
  if (!seesAll(request, *image))
    std::erase_if(*members, [&](const Member& member) {
      return member.project != request.caller.project_id;
    });
  return jsonResponse(image::memberListJson(image->id, *members));
}

ApiResult<http::Response> addMember(ApiRequest& request) {
  const auto project = image::readNewMember(request.http.body);
  if (!project) return tl::unexpected(project.error());
  if (auto status = requireWriter(request); !status) return tl::unexpected(status.error());
  const auto image = findShared(request, "add_member");
  if (!image) return tl::unexpected(image.error());
  const auto member = request.services.catalog.addMember(
      request.context, image->id, *project, request.services.options.image_member_quota);
  if (!member) return tl::unexpected(member.error());
  return jsonResponse(image::memberJson(image->id, *member));
}

ApiResult<http::Response> showMember(ApiRequest& request) {
  const auto image = findShared(request, "get_member");
  // Whether it is forbidden or not there is not told.
  if (!image && image.error().code == ErrorCode::kForbidden)
    return tl::unexpected(noSuchMember(request).error());
  if (!image) return tl::unexpected(image.error());
  const auto member = findMember(request, *image);
  if (!member) return tl::unexpected(member.error());
  return jsonResponse(image::memberJson(image->id, *member));
}

ApiResult<http::Response> changeMember(ApiRequest& request) {
  const auto word = image::readMemberStatus(request.http.body);
  if (!word) return tl::unexpected(word.error());
  if (auto writer = requireWriter(request); !writer) return tl::unexpected(writer.error());
  const auto image = findShared(request, "get_member");
  if (!image) return tl::unexpected(image.error());
  if (auto known = findMember(request, *image); !known) return tl::unexpected(known.error());
  if (auto allowed = authorize(request, "modify_member", *image); !allowed)
    return tl::unexpected(allowed.error());
  const auto status = image::parseMemberStatus(*word);
  if (!status)
    return fail(ErrorCode::kInvalidArgument, "\"status\" must be pending, accepted or rejected.");
  const auto member = request.services.catalog.setMemberStatus(request.context, image->id,
                                                               memberId(request), *status);
  if (!member) return tl::unexpected(member.error());
  return jsonResponse(image::memberJson(image->id, *member));
}

ApiResult<http::Response> removeMember(ApiRequest& request) {
  if (auto status = requireWriter(request); !status) return tl::unexpected(status.error());
  const auto image = findShared(request, "get_member");
  if (!image) return tl::unexpected(image.error());
  if (auto known = findMember(request, *image); !known) return tl::unexpected(known.error());
  if (auto allowed = authorize(request, "delete_member", *image); !allowed)
    return tl::unexpected(allowed.error());
  if (auto removed =
          request.services.catalog.removeMember(request.context, image->id, memberId(request));
      !removed)
    return tl::unexpected(removed.error());
  return noContent();
}

ApiResult<http::Response> showMemberSchema(ApiRequest&) {
  static const std::string kDocument = image::memberSchemaDocument();
  return jsonResponse(kDocument);
}

ApiResult<http::Response> showMembersSchema(ApiRequest&) {
  static const std::string kDocument = image::membersSchemaDocument();
  return jsonResponse(kDocument);
}

}  // namespace glint::origin
