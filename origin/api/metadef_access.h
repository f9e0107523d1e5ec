// What the routes of metadata definitions have in common: who sees a namespace and may do what in
// it, times, and the parameters of lists.
#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/url.h"
#include "origin/api/request.h"
#include "origin/catalog/metadef_catalog.h"
#include "origin/metadefs/record.h"

namespace glint::origin {

using Rules = std::initializer_list<std::string_view>;

// The namespace of that name when the caller can see it, whatever the rules say. Errors: kNotFound.
Result<metadefs::Namespace> findVisibleNamespace(const ApiRequest& request,
                                                 const std::string& name);
// The namespace of the path, when every rule lets the caller go on. Errors: kNotFound, kForbidden.
Result<metadefs::Namespace> openNamespace(const ApiRequest& request, Rules rules);
// The same for callers who change something: anonymous ones may not.
Result<metadefs::Namespace> openNamespaceToChange(const ApiRequest& request, Rules rules);

bool mayInNamespace(const ApiRequest& request, std::string_view rule,
                    const metadefs::Namespace& record);
// Rules about no namespace in particular. Errors: kForbidden.
Status requireRules(const ApiRequest& request, Rules rules);
// Errors: kForbidden. `what`: "object o".
Status refuseProtected(const metadefs::Namespace& record, std::string_view what);

metadefs::Time metadefNow(const ApiRequest& request);
// Times of things made at once: each a microsecond after the one before.
template <class Item>
void stamp(std::vector<Item>& items, metadefs::Time now) {
  for (std::size_t i = 0; i < items.size(); ++i) {
    items[i].created_at = now + metadefs::Time::duration(static_cast<long long>(i));
    items[i].updated_at = items[i].created_at;
  }
}

http::Response created(std::string body);  // 201
// The thing of that name. Errors: kNotFound.
template <class Item>
Result<Item> existing(Result<std::optional<Item>> found, std::string_view what,
                      const std::string& name) {
  if (!found) return tl::unexpected(std::move(found.error()));
  if (*found) return std::move(**found);
  return fail(ErrorCode::kNotFound,
              "Could not find metadata " + std::string(what) + " \"" + name + "\".");
}

// Parameters of a query, the last value of each.
class MetadefQuery {
 public:
  // Errors: kInvalidArgument.
  static Result<MetadefQuery> parse(const ApiRequest& request);

  std::optional<std::string> text(std::string_view name) const;
  // Errors: kInvalidArgument (no number, or less than `least`).
  Result<std::optional<std::size_t>> limit(std::size_t least) const;
  // Whether sort_dir is "asc". Errors: kInvalidArgument.
  Result<bool> ascending() const;
  // Errors: kInvalidArgument (none of the words).
  Status checkVisibility(Rules words) const;
  const http::QueryPairs& pairs() const { return pairs_; }

 private:
  http::QueryPairs pairs_;  // each name once
};

}  // namespace glint::origin
