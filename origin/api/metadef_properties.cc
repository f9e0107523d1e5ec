// Properties of a namespace of metadata definitions (spec: metadefs-api).

#include <utility>

#include "origin/api/metadef_access.h"
#include "origin/api/metadefs.h"
#include "origin/metadefs/body.h"
#include "origin/metadefs/json.h"

namespace glint::origin {
namespace {

using metadefs::Property;

MetadefItems<Property>& properties(const ApiRequest& request) {
  return request.services.metadefs.properties();
}

std::string nameOf(const ApiRequest& request) {
  return std::string(request.http.param("property"));
}

Result<Property> find(const ApiRequest& request, const metadefs::Namespace& record,
                      const std::string& name) {
  return existing(properties(request).find(request.context, record.id, name), "property", name);
}

// The name that a property has here, of one that resources of the type carry.
Result<std::string> withoutPrefix(const ApiRequest& request, const metadefs::Namespace& record,
                                  const std::string& name, const std::string& resource_type) {
  const auto association = existing(
      request.services.metadefs.associations().find(request.context, record.id, resource_type),
      "resource type", resource_type);
  if (!association) return tl::unexpected(association.error());
  const auto prefix = association->prefix.value_or(std::string());
  if (name.starts_with(prefix)) return name.substr(prefix.size());
  return fail(ErrorCode::kNotFound, "Property " + name +
                                        " does not start with the expected resource type "
                                        "association prefix of '" +
                                        prefix + "'.");
}

}  // namespace

ApiResult<http::Response> listProperties(ApiRequest& request) {
  const auto record = openNamespace(request, {"get_metadef_properties"});
  if (!record) return tl::unexpected(record.error());
  const auto list = properties(request).list(request.context, record->id);
  if (!list) return tl::unexpected(list.error());
  return jsonResponse(metadefs::propertyMapJson(*list));
}

ApiResult<http::Response> createProperty(ApiRequest& request) {
  auto property = metadefs::readProperty(request.http.body);
  if (!property) return tl::unexpected(property.error());
  const auto record = openNamespaceToChange(request, {"add_metadef_property"});
  if (!record) return tl::unexpected(record.error());
  property->created_at = metadefNow(request);
  property->updated_at = property->created_at;
  if (auto done =
          properties(request).add(request.context, record->id, {*property}, Existing::kKept);
      !done)
    return tl::unexpected(done.error());
  return created(metadefs::propertyJson(*property));
}

ApiResult<http::Response> deleteProperties(ApiRequest& request) {
  const auto record = openNamespaceToChange(request, {"delete_metadef_namespace"});
  if (!record) return tl::unexpected(record.error());
  if (auto status = refuseProtected(*record, "namespace " + record->name); !status)
    return tl::unexpected(status.error());
  if (auto done = properties(request).removeAll(request.context, record->id); !done)
    return tl::unexpected(done.error());
  return noContent();
}

ApiResult<http::Response> showProperty(ApiRequest& request) {
  const auto query = MetadefQuery::parse(request);
  if (!query) return tl::unexpected(query.error());
  const auto record = openNamespace(request, {"get_metadef_property"});
  if (!record) return tl::unexpected(record.error());
  auto name = nameOf(request);
  if (const auto type = query->text("resource_type")) {
    auto bare = withoutPrefix(request, *record, name, *type);
    if (!bare) return tl::unexpected(bare.error());
    name = std::move(*bare);
  }
  const auto property = find(request, *record, name);
  if (!property) return tl::unexpected(property.error());
  return jsonResponse(metadefs::propertyJson(*property));
}

ApiResult<http::Response> replaceProperty(ApiRequest& request) {
  auto after = metadefs::readProperty(request.http.body);
  if (!after) return tl::unexpected(after.error());
  const auto record = openNamespaceToChange(request, {"modify_metadef_property"});
  if (!record) return tl::unexpected(record.error());
  const auto before = find(request, *record, nameOf(request));
  if (!before) return tl::unexpected(before.error());
  after->created_at = before->created_at;
  after->updated_at = metadefNow(request);
  if (auto done = properties(request).update(request.context, record->id, before->name, *after);
      !done)
    return tl::unexpected(done.error());
  return jsonResponse(metadefs::propertyJson(*after));
}

ApiResult<http::Response> deleteProperty(ApiRequest& request) {
  const auto record = openNamespaceToChange(request, {"remove_metadef_property"});
  if (!record) return tl::unexpected(record.error());
  const auto property = find(request, *record, nameOf(request));
  if (!property) return tl::unexpected(property.error());
  if (auto status = refuseProtected(*record, "property " + property->name); !status)
    return tl::unexpected(status.error());
  if (auto done = properties(request).remove(request.context, record->id, property->name); !done)
    return tl::unexpected(done.error());
  return noContent();
}

}  // namespace glint::origin
