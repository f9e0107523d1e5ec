// Namespaces of metadata definitions (spec: metadefs-api §1, §4).

#include <algorithm>
#include <array>
#include <utility>

#include "base/strings.h"
#include "base/uuid.h"
#include "origin/api/metadef_access.h"
#include "origin/api/metadefs.h"
#include "origin/metadefs/body.h"
#include "origin/metadefs/json.h"

namespace glint::origin {
namespace {

using metadefs::Content;
using metadefs::Namespace;

constexpr std::array kSortKeys = {
    std::pair{"created_at", NamespaceSort::kCreatedAt},
    std::pair{"updated_at", NamespaceSort::kUpdatedAt},
    std::pair{"namespace", NamespaceSort::kName},
    std::pair{"display_name", NamespaceSort::kDisplayName},
    std::pair{"description", NamespaceSort::kDescription},
    std::pair{"visibility", NamespaceSort::kVisibility},
    std::pair{"protected", NamespaceSort::kProtected},
    std::pair{"owner", NamespaceSort::kOwner},
    std::pair{"id", NamespaceSort::kId},
};

Result<NamespaceSort> sortOf(const MetadefQuery& query) {
  const auto name = query.text("sort_key").value_or("created_at");
  for (const auto& [known, sort] : kSortKeys)
    if (name == known) return sort;
  return fail(ErrorCode::kInvalidArgument, "namespaces cannot be sorted by this key");
}

std::vector<std::string> wordsOf(const std::string& text) {
  std::vector<std::string> words;
  for (const auto word : split(text, ',')) words.emplace_back(trim(word));
  return words;
}

Result<NamespaceQuery> listQueryOf(const ApiRequest& request, const MetadefQuery& given) {
  NamespaceQuery query;
  query.admin = request.caller.is_admin;
  query.project = request.caller.project_id;
  const auto limit = given.limit(0);
  if (!limit) return tl::unexpected(limit.error());
  const auto& options = request.services.options;
  query.limit =
      std::min<std::size_t>(limit->value_or(options.limit_param_default), options.api_limit_max);
  if (auto status = given.checkVisibility({"public", "private"}); !status)
    return tl::unexpected(status.error());
  if (const auto visibility = given.text("visibility"))
    query.visibility = metadefs::parseVisibility(*visibility);
  const auto sort = sortOf(given);
  if (!sort) return tl::unexpected(sort.error());
  query.sort = *sort;
  const auto ascending = given.ascending();
  if (!ascending) return tl::unexpected(ascending.error());
  query.ascending = *ascending;
  if (const auto types = given.text("resource_types")) query.resource_types = wordsOf(*types);
  return query;
}

std::string pathWith(const http::QueryPairs& pairs) {
  const std::string path = "/v2/metadefs/namespaces";
  return pairs.empty() ? path : path + "?" + http::formatQuery(pairs);
}

metadefs::PageLinks linksOf(http::QueryPairs pairs, const std::optional<std::string>& last) {
  std::erase_if(pairs, [](const auto& pair) { return pair.first == "marker"; });
  metadefs::PageLinks links{pathWith(pairs), std::nullopt};
  if (!last) return links;
  pairs.emplace_back("marker", *last);
  links.next = pathWith(pairs);
  return links;
}

// Creating tells nothing of other namespaces: a refusal is always 403.
Status mayCreate(const ApiRequest& request, const metadefs::NamespaceDraft& draft) {
  if (auto status = requireWriter(request); !status) return status;
  if (auto status = requireRules(request, {"add_metadef_namespace"}); !status) return status;
  const auto& content = draft.content;
  const std::array<std::pair<bool, const char*>, 4> parts = {{
      {!content.associations.empty(), "add_metadef_resource_type_association"},
      {!content.objects.empty(), "add_metadef_object"},
      {!content.properties.empty(), "add_metadef_property"},
      {!content.tags.empty(), "add_metadef_tag"},
  }};
  for (const auto& [present, rule] : parts)
    if (present && !mayInNamespace(request, rule, draft.record))
      return fail(ErrorCode::kForbidden,
                  "You are not authorized to complete " + std::string(rule) + " action.");
  return {};
}

Status takeOwner(const ApiRequest& request, Namespace& record) {
  if (record.owner.empty()) record.owner = request.caller.project_id;
  if (!record.owner.empty()) return {};
  return fail(ErrorCode::kInvalidArgument, "A caller without a project must name an owner.");
}

std::string locationOf(const ApiRequest& request, const Namespace& record) {
  std::string name;
  for (const char c : record.name) {
    const bool plain = c == ':' || c == '/';  // legal in a path
    name += plain ? std::string(1, c) : http::percentEncode(std::string_view(&c, 1));
  }
  const auto& endpoint = request.services.options.public_endpoint;
  const auto base =
      endpoint.empty() ? requestBaseUrl(request.http.head, request.http.peer) : endpoint;
  return base + metadefs::namespacePath(name);
}

}  // namespace

ApiResult<http::Response> listNamespaces(ApiRequest& request) {
  const auto given = MetadefQuery::parse(request);
  if (!given) return tl::unexpected(given.error());
  auto query = listQueryOf(request, *given);
  if (!query) return tl::unexpected(query.error());
  if (auto status =
          requireRules(request, {"get_metadef_namespaces", "list_metadef_resource_types"});
      !status)
    return tl::unexpected(status.error());
  if (const auto marker = given->text("marker")) {
    auto record = findVisibleNamespace(request, *marker);
    if (!record) return tl::unexpected(record.error());
    query->marker = std::move(*record);
  }
  std::vector<metadefs::ListedNamespace> page;
  if (query->limit > 0) {
    auto listed = request.services.metadefs.listNamespaces(request.context, *query);
    if (!listed) return tl::unexpected(listed.error());
    page = std::move(*listed);
  }
  std::optional<std::string> last;
  if (query->limit > 0 && page.size() == query->limit) last = page.back().record.name;
  std::erase_if(page, [&](const auto& listed) {
    return !mayInNamespace(request, "get_metadef_namespace", listed.record);
  });
  return jsonResponse(metadefs::namespaceListJson(page, linksOf(given->pairs(), last)));
}

ApiResult<http::Response> createNamespace(ApiRequest& request) {
  auto draft = metadefs::readNamespace(request.http.body);
  if (!draft) return tl::unexpected(draft.error());
  auto& [record, content] = *draft;
  const auto owner = takeOwner(request, record);
  if (auto status = mayCreate(request, *draft); !status) return tl::unexpected(status.error());
  if (!owner) return tl::unexpected(owner.error());
  record.id = makeUuid();
  record.created_at = metadefNow(request);
  record.updated_at = record.created_at;
  stamp(content.associations, record.created_at);
  stamp(content.properties, record.created_at);
  stamp(content.objects, record.created_at);
  stamp(content.tags, record.created_at);
  if (auto done = request.services.metadefs.createNamespace(request.context, record, content);
      !done)
    return tl::unexpected(done.error());
  auto response = created(metadefs::namespaceJson(record, content, metadefs::Detail::kBare));
  response.headers.add("Location", locationOf(request, record));
  return response;
}

ApiResult<http::Response> showNamespace(ApiRequest& request) {
  const auto query = MetadefQuery::parse(request);
  if (!query) return tl::unexpected(query.error());
  const auto record =
      openNamespace(request, {"get_metadef_namespace", "list_metadef_resource_types",
                              "get_metadef_objects", "get_metadef_properties", "get_metadef_tags"});
  if (!record) return tl::unexpected(record.error());
  auto content = request.services.metadefs.content(request.context, record->id);
  if (!content) return tl::unexpected(content.error());
  std::ranges::reverse(content->tags);  // as the list of tags has them: newest first
  if (const auto type = query->text("resource_type")) {
    const auto association =
        std::ranges::find(content->associations, *type, &metadefs::Association::name);
    if (association != content->associations.end())
      metadefs::addPrefix(*content, association->prefix.value_or(std::string()));
  }
  return jsonResponse(metadefs::namespaceJson(*record, *content));
}

ApiResult<http::Response> replaceNamespace(ApiRequest& request) {
  auto draft = metadefs::readNamespace(request.http.body);
  if (!draft) return tl::unexpected(draft.error());
  const auto before = openNamespaceToChange(request, {"modify_metadef_namespace"});
  if (!before) return tl::unexpected(before.error());
  // What the body leaves out is reset. What it says of the content is not looked at.
  auto& after = draft->record;
  if (auto status = takeOwner(request, after); !status) return tl::unexpected(status.error());
  after.id = before->id;
  after.created_at = before->created_at;
  after.updated_at = metadefNow(request);
  if (auto done = request.services.metadefs.updateNamespace(request.context, after); !done)
    return tl::unexpected(done.error());
  return jsonResponse(metadefs::namespaceJson(after, Content()));
}

ApiResult<http::Response> deleteNamespace(ApiRequest& request) {
  const auto record = openNamespaceToChange(request, {"delete_metadef_namespace"});
  if (!record) return tl::unexpected(record.error());
  if (auto status = refuseProtected(*record, "namespace " + record->name); !status)
    return tl::unexpected(status.error());
  if (auto done = request.services.metadefs.removeNamespace(request.context, record->id); !done)
    return tl::unexpected(done.error());
  return noContent();
}

}  // namespace glint::origin
