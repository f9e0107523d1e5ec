#include "origin/api/metadefs.h"
#include "origin/metadefs/schema.h"

namespace glint::origin {
namespace {

struct Row {
  http::Method method;
  const char* pattern;
  const char* label;
  net::BodyMode body;
  ApiResult<http::Response> (*function)(ApiRequest&);
};

using enum http::Method;
constexpr auto kNone = net::BodyMode::kNone;
constexpr auto kBuffered = net::BodyMode::kBuffered;

ApiResult<http::Response> showMetadefSchema(ApiRequest& request) {
  auto document = metadefs::schemaDocument(request.http.param("kind"));
  if (!document.empty()) return jsonResponse(std::move(document));
  return fail(ErrorCode::kNotFound, "The resource could not be found.");
}

constexpr Row kRows[] = {
    {kGet, "/v2/metadefs/namespaces", "metadef_namespace_list", kNone, listNamespaces},
    {kPost, "/v2/metadefs/namespaces", "metadef_namespace_create", kBuffered, createNamespace},
    {kGet, "/v2/metadefs/namespaces/{namespace}", "metadef_namespace_show", kNone, showNamespace},
    {kPut, "/v2/metadefs/namespaces/{namespace}", "metadef_namespace_replace", kBuffered,
     replaceNamespace},
    {kDelete, "/v2/metadefs/namespaces/{namespace}", "metadef_namespace_delete", kNone,
     deleteNamespace},
    {kGet, "/v2/metadefs/namespaces/{namespace}/objects", "metadef_object_list", kNone,
     listObjects},
    {kPost, "/v2/metadefs/namespaces/{namespace}/objects", "metadef_object_create", kBuffered,
     createObject},
    {kDelete, "/v2/metadefs/namespaces/{namespace}/objects", "metadef_objects_delete", kNone,
     deleteObjects},
    {kGet, "/v2/metadefs/namespaces/{namespace}/objects/{object}", "metadef_object_show", kNone,
     showObject},
    {kPut, "/v2/metadefs/namespaces/{namespace}/objects/{object}", "metadef_object_replace",
     kBuffered, replaceObject},
    {kDelete, "/v2/metadefs/namespaces/{namespace}/objects/{object}", "metadef_object_delete",
     kNone, deleteObject},
    {kGet, "/v2/metadefs/namespaces/{namespace}/properties", "metadef_property_list", kNone,
     listProperties},
    {kPost, "/v2/metadefs/namespaces/{namespace}/properties", "metadef_property_create", kBuffered,
     createProperty},
    {kDelete, "/v2/metadefs/namespaces/{namespace}/properties", "metadef_properties_delete", kNone,
     deleteProperties},
    {kGet, "/v2/metadefs/namespaces/{namespace}/properties/{property}", "metadef_property_show",
     kNone, showProperty},
    {kPut, "/v2/metadefs/namespaces/{namespace}/properties/{property}", "metadef_property_replace",
     kBuffered, replaceProperty},
    {kDelete, "/v2/metadefs/namespaces/{namespace}/properties/{property}",
     "metadef_property_delete", kNone, deleteProperty},
    {kGet, "/v2/metadefs/namespaces/{namespace}/tags", "metadef_tag_list", kNone, listMetadefTags},
    {kPost, "/v2/metadefs/namespaces/{namespace}/tags", "metadef_tags_create", kBuffered,
     createMetadefTags},
    {kDelete, "/v2/metadefs/namespaces/{namespace}/tags", "metadef_tags_delete", kNone,
     deleteMetadefTags},
    {kPost, "/v2/metadefs/namespaces/{namespace}/tags/{tag}", "metadef_tag_create", kNone,
     createMetadefTag},
    {kGet, "/v2/metadefs/namespaces/{namespace}/tags/{tag}", "metadef_tag_show", kNone,
     showMetadefTag},
    {kPut, "/v2/metadefs/namespaces/{namespace}/tags/{tag}", "metadef_tag_replace", kBuffered,
     replaceMetadefTag},
    {kDelete, "/v2/metadefs/namespaces/{namespace}/tags/{tag}", "metadef_tag_delete", kNone,
     deleteMetadefTag},
    {kGet, "/v2/metadefs/namespaces/{namespace}/resource_types", "metadef_association_list", kNone,
     listAssociations},
    {kPost, "/v2/metadefs/namespaces/{namespace}/resource_types", "metadef_association_create",
     kBuffered, createAssociation},
    {kDelete, "/v2/metadefs/namespaces/{namespace}/resource_types/{resource_type}",
     "metadef_association_delete", kNone, deleteAssociation},
    {kGet, "/v2/metadefs/resource_types", "metadef_resource_type_list", kNone, listResourceTypes},
    {kGet, "/v2/schemas/metadefs/{kind}", "schema_metadef", kNone, showMetadefSchema},
};

}  // namespace

std::vector<ApiRoute> metadefRoutes() {
  std::vector<ApiRoute> routes;
  routes.reserve(std::size(kRows));
  for (const Row& row : kRows) {
    const auto rule = row.body == kNone ? BodyRule::kForbidden : BodyRule::kAllowed;
    routes.push_back({row.method, row.pattern, row.label, row.body, rule, row.function});
  }
  return routes;
}

}  // namespace glint::origin
