// Resource types, and which namespaces of metadata definitions fit them (spec: metadefs-api).

#include <utility>

#include "origin/api/metadef_access.h"
#include "origin/api/metadefs.h"
#include "origin/metadefs/body.h"
#include "origin/metadefs/json.h"

namespace glint::origin {
namespace {

MetadefItems<metadefs::Association>& associations(const ApiRequest& request) {
  return request.services.metadefs.associations();
}

}  // namespace

ApiResult<http::Response> listResourceTypes(ApiRequest& request) {
  if (auto status = requireRules(request, {"list_metadef_resource_types"}); !status)
    return tl::unexpected(status.error());
  const auto types = request.services.metadefs.resourceTypes(request.context);
  if (!types) return tl::unexpected(types.error());
  return jsonResponse(metadefs::resourceTypeListJson(*types));
}

ApiResult<http::Response> listAssociations(ApiRequest& request) {
  const auto record =
      openNamespace(request, {"list_metadef_resource_types", "get_metadef_resource_type"});
  if (!record) return tl::unexpected(record.error());
  const auto list = associations(request).list(request.context, record->id);
  if (!list) return tl::unexpected(list.error());
  return jsonResponse(metadefs::associationListJson(*list));
}

ApiResult<http::Response> createAssociation(ApiRequest& request) {
  auto association = metadefs::readAssociation(request.http.body);
  if (!association) return tl::unexpected(association.error());
  const auto record = openNamespaceToChange(request, {"add_metadef_resource_type_association"});
  if (!record) return tl::unexpected(record.error());
  association->created_at = metadefNow(request);
  association->updated_at = association->created_at;
  if (auto done =
          associations(request).add(request.context, record->id, {*association}, Existing::kKept);
      !done)
    return tl::unexpected(done.error());
  return created(metadefs::associationJson(*association));
}

ApiResult<http::Response> deleteAssociation(ApiRequest& request) {
  const auto record = openNamespaceToChange(request, {"remove_metadef_resource_type_association"});
  if (!record) return tl::unexpected(record.error());
  const std::string name(request.http.param("resource_type"));
  const auto association = existing(associations(request).find(request.context, record->id, name),
                                    "resource type association", name);
  if (!association) return tl::unexpected(association.error());
  if (auto status = refuseProtected(*record, "resource type association " + name); !status)
    return tl::unexpected(status.error());
  if (auto done = associations(request).remove(request.context, record->id, name); !done)
    return tl::unexpected(done.error());
  return noContent();
}

}  // namespace glint::origin
