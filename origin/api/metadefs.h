// Metadata definitions: one function per route (spec: metadefs-api §1).
//
// Order of checks: form of the body (403 for fields of the server, else 400), the namespace's
// visibility (404), the rules (403), what is there (404), protection (403), what is taken (409).
#pragma once

#include <vector>

#include "origin/api/request.h"
#include "origin/api/routes.h"

namespace glint::origin {

std::vector<ApiRoute> metadefRoutes();

ApiResult<http::Response> listNamespaces(ApiRequest& request);
ApiResult<http::Response> createNamespace(ApiRequest& request);
ApiResult<http::Response> showNamespace(ApiRequest& request);
ApiResult<http::Response> replaceNamespace(ApiRequest& request);
ApiResult<http::Response> deleteNamespace(ApiRequest& request);

ApiResult<http::Response> listObjects(ApiRequest& request);
ApiResult<http::Response> createObject(ApiRequest& request);
ApiResult<http::Response> deleteObjects(ApiRequest& request);
ApiResult<http::Response> showObject(ApiRequest& request);
ApiResult<http::Response> replaceObject(ApiRequest& request);
ApiResult<http::Response> deleteObject(ApiRequest& request);

ApiResult<http::Response> listProperties(ApiRequest& request);
ApiResult<http::Response> createProperty(ApiRequest& request);
ApiResult<http::Response> deleteProperties(ApiRequest& request);
ApiResult<http::Response> showProperty(ApiRequest& request);
ApiResult<http::Response> replaceProperty(ApiRequest& request);
ApiResult<http::Response> deleteProperty(ApiRequest& request);

ApiResult<http::Response> listMetadefTags(ApiRequest& request);
ApiResult<http::Response> createMetadefTags(ApiRequest& request);
ApiResult<http::Response> deleteMetadefTags(ApiRequest& request);
ApiResult<http::Response> createMetadefTag(ApiRequest& request);
ApiResult<http::Response> showMetadefTag(ApiRequest& request);
ApiResult<http::Response> replaceMetadefTag(ApiRequest& request);
ApiResult<http::Response> deleteMetadefTag(ApiRequest& request);

ApiResult<http::Response> listResourceTypes(ApiRequest& request);
ApiResult<http::Response> listAssociations(ApiRequest& request);
ApiResult<http::Response> createAssociation(ApiRequest& request);
ApiResult<http::Response> deleteAssociation(ApiRequest& request);

}  // namespace glint::origin
