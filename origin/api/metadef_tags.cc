// Tags of a namespace of metadata definitions (spec: metadefs-api §4).

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/strings.h"
#include "origin/api/metadef_access.h"
#include "origin/api/metadefs.h"
#include "origin/metadefs/body.h"
#include "origin/metadefs/json.h"

namespace glint::origin {
namespace {

using metadefs::Tag;

MetadefItems<Tag>& tags(const ApiRequest& request) { return request.services.metadefs.tags(); }

std::string nameOf(const ApiRequest& request) { return std::string(request.http.param("tag")); }

Result<Tag> find(const ApiRequest& request, const metadefs::Namespace& record) {
  const auto name = nameOf(request);
  return existing(tags(request).find(request.context, record.id, name), "tag", name);
}

struct TagPage {
  std::optional<std::size_t> limit;
  std::optional<std::string> marker;
  std::string sort_key;
  bool ascending = false;
};

Result<TagPage> pageOf(const ApiRequest& request) {
  const auto query = MetadefQuery::parse(request);
  if (!query) return tl::unexpected(query.error());
  const auto limit = query->limit(0);
  if (!limit) return tl::unexpected(limit.error());
  const auto ascending = query->ascending();
  if (!ascending) return tl::unexpected(ascending.error());
  if (auto status = query->checkVisibility({"public", "private", "shared"}); !status)
    return tl::unexpected(status.error());
  const auto key = query->text("sort_key").value_or("created_at");
  constexpr std::array<std::string_view, 4> kKeys = {"created_at", "updated_at", "name", "id"};
  if (std::ranges::find(kKeys, key) == kKeys.end())
    return fail(ErrorCode::kInvalidArgument, "tags cannot be sorted by this key");
  return TagPage{*limit, query->text("marker"), key, *ascending};
}

// The page of all the tags; they are few enough for one statement. Errors: kNotFound (the marker).
Result<std::vector<Tag>> select(std::vector<Tag> all, const TagPage& page) {
  const auto before = [&page](const Tag& a, const Tag& b) {
    const auto key = [&page](const Tag& tag) {
      const bool by_name = page.sort_key == "name";
      const auto time = page.sort_key == "updated_at" ? tag.updated_at.value_or(metadefs::Time())
                                                      : tag.created_at;
      return std::tuple(by_name ? tag.name : std::string(), time, tag.created_at, tag.name);
    };
    return page.ascending ? key(a) < key(b) : key(b) < key(a);
  };
  std::ranges::stable_sort(all, before);
  auto first = all.begin();
  if (page.marker) {
    first = std::ranges::find(all, *page.marker, &Tag::name);
    if (first == all.end())
      return fail(ErrorCode::kNotFound, "Could not find metadata tag \"" + *page.marker + "\".");
    ++first;
  }
  const auto rest = static_cast<std::size_t>(all.end() - first);
  const auto count = std::min(rest, page.limit.value_or(rest));
  return std::vector<Tag>(first, first + static_cast<std::ptrdiff_t>(count));
}

// What oslo calls a true word.
bool isTrue(std::string_view word) {
  constexpr std::array<std::string_view, 6> kTrue = {"1", "t", "true", "on", "y", "yes"};
  const auto lower = asciiLower(trim(word));
  return std::ranges::find(kTrue, lower) != kTrue.end();
}

}  // namespace

ApiResult<http::Response> listMetadefTags(ApiRequest& request) {
  const auto page = pageOf(request);
  if (!page) return tl::unexpected(page.error());
  const auto record = openNamespace(request, {"get_metadef_tags"});
  if (!record) return tl::unexpected(record.error());
  auto all = tags(request).list(request.context, record->id);
  if (!all) return tl::unexpected(all.error());
  const auto selected = select(std::move(*all), *page);
  if (!selected) return tl::unexpected(selected.error());
  return jsonResponse(metadefs::tagListJson(*selected));
}

ApiResult<http::Response> createMetadefTags(ApiRequest& request) {
  auto given = metadefs::readTagList(request.http.body);
  if (!given) return tl::unexpected(given.error());
  const auto record = openNamespaceToChange(request, {"add_metadef_tags"});
  if (!record) return tl::unexpected(record.error());
  const auto append = request.http.head.headers.get("X-Openstack-Append");
  const auto there = append && isTrue(*append) ? Existing::kKept : Existing::kReplaced;
  stamp(*given, metadefNow(request));
  if (!given->empty())  // an empty list changes nothing
    if (auto done = tags(request).add(request.context, record->id, *given, there); !done)
      return tl::unexpected(done.error());
  return created(metadefs::tagListJson(*given));
}

ApiResult<http::Response> deleteMetadefTags(ApiRequest& request) {
  const auto record =
      openNamespaceToChange(request, {"delete_metadef_namespace", "delete_metadef_tags"});
  if (!record) return tl::unexpected(record.error());
  if (auto status = refuseProtected(*record, "namespace " + record->name); !status)
    return tl::unexpected(status.error());
  if (auto done = tags(request).removeAll(request.context, record->id); !done)
    return tl::unexpected(done.error());
  return noContent();
}

ApiResult<http::Response> createMetadefTag(ApiRequest& request) {
  auto tag = metadefs::tagNamed(nameOf(request));
  if (!tag) return tl::unexpected(tag.error());
  const auto record = openNamespaceToChange(request, {"add_metadef_tag"});
  if (!record) return tl::unexpected(record.error());
  tag->created_at = metadefNow(request);
  tag->updated_at = tag->created_at;
  if (auto done = tags(request).add(request.context, record->id, {*tag}, Existing::kKept); !done)
    return tl::unexpected(done.error());
  return created(metadefs::tagJson(*tag));
}

ApiResult<http::Response> showMetadefTag(ApiRequest& request) {
  const auto record = openNamespace(request, {"get_metadef_tag"});
  if (!record) return tl::unexpected(record.error());
  const auto tag = find(request, *record);
  if (!tag) return tl::unexpected(tag.error());
  return jsonResponse(metadefs::tagJson(*tag));
}

ApiResult<http::Response> replaceMetadefTag(ApiRequest& request) {
  auto after = metadefs::readTag(request.http.body);
  if (!after) return tl::unexpected(after.error());
  const auto record = openNamespaceToChange(request, {"modify_metadef_tag"});
  if (!record) return tl::unexpected(record.error());
  const auto before = find(request, *record);
  if (!before) return tl::unexpected(before.error());
  after->created_at = before->created_at;
  after->updated_at = metadefNow(request);
  if (auto done = tags(request).update(request.context, record->id, before->name, *after); !done)
    return tl::unexpected(done.error());
  return jsonResponse(metadefs::tagJson(*after));
}

ApiResult<http::Response> deleteMetadefTag(ApiRequest& request) {
  const auto record = openNamespaceToChange(request, {"delete_metadef_tag"});
  if (!record) return tl::unexpected(record.error());
  const auto tag = find(request, *record);
  if (!tag) return tl::unexpected(tag.error());
  if (auto status = refuseProtected(*record, "tag " + tag->name); !status)
    return tl::unexpected(status.error());
  if (auto done = tags(request).remove(request.context, record->id, tag->name); !done)
    return tl::unexpected(done.error());
  return noContent();
}

}  // namespace glint::origin
