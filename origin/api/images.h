// Images: list, create, show, change, delete, tags, actions, members. Each is one route (spec:
// images-api, the section named).
#pragma once

#include "origin/api/request.h"

namespace glint::origin {

ApiResult<http::Response> listImages(ApiRequest& request);
ApiResult<http::Response> createImage(ApiRequest& request);
ApiResult<http::Response> showImage(ApiRequest& request);
ApiResult<http::Response> patchImage(ApiRequest& request);
ApiResult<http::Response> deleteImage(ApiRequest& request);
ApiResult<http::Response> addTag(ApiRequest& request);
ApiResult<http::Response> removeTag(ApiRequest& request);
ApiResult<http::Response> deactivateImage(ApiRequest& request);
ApiResult<http::Response> reactivateImage(ApiRequest& request);
ApiResult<http::Response> listMembers(ApiRequest& request);
ApiResult<http::Response> addMember(ApiRequest& request);
ApiResult<http::Response> showMember(ApiRequest& request);
ApiResult<http::Response> changeMember(ApiRequest& request);
ApiResult<http::Response> removeMember(ApiRequest& request);
ApiResult<http::Response> showMemberSchema(ApiRequest& request);
ApiResult<http::Response> showMembersSchema(ApiRequest& request);
ApiResult<http::Response> showImageSchema(ApiRequest& request);
ApiResult<http::Response> showImagesSchema(ApiRequest& request);

}  // namespace glint::origin
