// Objects of a namespace of metadata definitions: sets of properties (spec: metadefs-api).

#include <utility>

#include "origin/api/metadef_access.h"
#include "origin/api/metadefs.h"
#include "origin/metadefs/body.h"
#include "origin/metadefs/json.h"

namespace glint::origin {
namespace {

using metadefs::Object;

MetadefItems<Object>& objects(const ApiRequest& request) {
  return request.services.metadefs.objects();
}

std::string nameOf(const ApiRequest& request) { return std::string(request.http.param("object")); }

Result<Object> find(const ApiRequest& request, const metadefs::Namespace& record) {
  const auto name = nameOf(request);
  return existing(objects(request).find(request.context, record.id, name), "object", name);
}

// The reference looks at these parameters and lists everything whatever they say.
Status checkListParameters(const ApiRequest& request) {
  const auto query = MetadefQuery::parse(request);
  if (!query) return tl::unexpected(query.error());
  if (const auto limit = query->limit(1); !limit) return tl::unexpected(limit.error());
  if (const auto ascending = query->ascending(); !ascending)
    return tl::unexpected(ascending.error());
  return query->checkVisibility({"public", "private", "shared"});
}

}  // namespace

ApiResult<http::Response> listObjects(ApiRequest& request) {
  if (auto status = checkListParameters(request); !status) return tl::unexpected(status.error());
  const auto record = openNamespace(request, {"get_metadef_objects", "get_metadef_object"});
  if (!record) return tl::unexpected(record.error());
  const auto list = objects(request).list(request.context, record->id);
  if (!list) return tl::unexpected(list.error());
  return jsonResponse(metadefs::objectListJson(record->name, *list));
}

ApiResult<http::Response> createObject(ApiRequest& request) {
  auto object = metadefs::readObject(request.http.body);
  if (!object) return tl::unexpected(object.error());
  const auto record = openNamespaceToChange(request, {"add_metadef_object"});
  if (!record) return tl::unexpected(record.error());
  object->created_at = metadefNow(request);
  object->updated_at = object->created_at;
  if (auto done = objects(request).add(request.context, record->id, {*object}, Existing::kKept);
      !done)
    return tl::unexpected(done.error());
  return created(metadefs::objectJson(record->name, *object));
}

ApiResult<http::Response> deleteObjects(ApiRequest& request) {
  const auto record = openNamespaceToChange(request, {"delete_metadef_namespace"});
  if (!record) return tl::unexpected(record.error());
  if (auto status = refuseProtected(*record, "namespace " + record->name); !status)
    return tl::unexpected(status.error());
  if (auto done = objects(request).removeAll(request.context, record->id); !done)
    return tl::unexpected(done.error());
  return noContent();
}

ApiResult<http::Response> showObject(ApiRequest& request) {
  const auto record = openNamespace(request, {"get_metadef_object"});
  if (!record) return tl::unexpected(record.error());
  const auto object = find(request, *record);
  if (!object) return tl::unexpected(object.error());
  return jsonResponse(metadefs::objectJson(record->name, *object));
}

ApiResult<http::Response> replaceObject(ApiRequest& request) {
  auto after = metadefs::readObject(request.http.body);
  if (!after) return tl::unexpected(after.error());
  const auto record = openNamespaceToChange(request, {"modify_metadef_object"});
  if (!record) return tl::unexpected(record.error());
  const auto before = find(request, *record);
  if (!before) return tl::unexpected(before.error());
  after->created_at = before->created_at;
  after->updated_at = metadefNow(request);
  if (auto done = objects(request).update(request.context, record->id, before->name, *after); !done)
    return tl::unexpected(done.error());
  return jsonResponse(metadefs::objectJson(record->name, *after));
}

ApiResult<http::Response> deleteObject(ApiRequest& request) {
  const auto record = openNamespaceToChange(request, {"delete_metadef_object"});
  if (!record) return tl::unexpected(record.error());
  const auto object = find(request, *record);
  if (!object) return tl::unexpected(object.error());
  if (auto status = refuseProtected(*record, "object " + object->name); !status)
    return tl::unexpected(status.error());
  if (auto done = objects(request).remove(request.context, record->id, object->name); !done)
    return tl::unexpected(done.error());
  return noContent();
}

}  // namespace glint::origin
