#include "origin/api/metadef_access.h"

#include <algorithm>
#include <chrono>

#include "base/strings.h"

namespace glint::origin {
namespace {

using metadefs::Namespace;
using metadefs::Visibility;

bool seesNamespace(const Caller& caller, const Namespace& record) {
  if (caller.is_admin || record.visibility == Visibility::kPublic || record.owner.empty())
    return true;
  return !caller.project_id.empty() && record.owner == caller.project_id;
}

constexpr std::string_view kSeeRule = "get_metadef_namespace";

// Who may not see namespaces does not learn of them either.
Status refused(std::string_view rule, bool sees) {
  if (!sees || rule == kSeeRule) return fail(ErrorCode::kNotFound, "There is no such namespace.");
  return fail(ErrorCode::kForbidden,
              "You are not authorized to complete " + std::string(rule) + " action.");
}

Status bad(std::string message) { return fail(ErrorCode::kInvalidArgument, std::move(message)); }

}  // namespace

Result<Namespace> findVisibleNamespace(const ApiRequest& request, const std::string& name) {
  auto found = request.services.metadefs.findNamespace(request.context, name);
  if (!found) return tl::unexpected(std::move(found.error()));
  if (*found && seesNamespace(request.caller, **found)) return std::move(**found);
  return fail(ErrorCode::kNotFound, "Metadata definition namespace=" + name + " was not found.");
}

bool mayInNamespace(const ApiRequest& request, std::string_view rule, const Namespace& record) {
  FixedTarget target;
  const auto owner = record.owner.empty() ? std::nullopt : std::optional(record.owner);
  target.attributes = {{"project_id", owner},
                       {"owner", owner},
                       {"visibility", std::string(toString(record.visibility))},
                       {"namespace", record.name}};
  return request.services.policy.allows(rule, request.caller, target);
}

Result<Namespace> openNamespace(const ApiRequest& request, Rules rules) {
  auto found = findVisibleNamespace(request, std::string(request.http.param("namespace")));
  if (!found) return found;
  for (const auto rule : rules)
    if (!mayInNamespace(request, rule, *found))
      return tl::unexpected(refused(rule, mayInNamespace(request, kSeeRule, *found)).error());
  return found;
}

Result<Namespace> openNamespaceToChange(const ApiRequest& request, Rules rules) {
  if (auto status = requireWriter(request); !status) return tl::unexpected(status.error());
  return openNamespace(request, rules);
}

Status requireRules(const ApiRequest& request, Rules rules) {
  FixedTarget target;
  target.attributes = {{"project_id", request.caller.project_id}};
  for (const auto rule : rules)
    if (!request.services.policy.allows(rule, request.caller, target))
      return refused(rule, request.services.policy.allows(kSeeRule, request.caller, target));
  return {};
}

Status refuseProtected(const Namespace& record, std::string_view what) {
  if (!record.is_protected) return {};
  return fail(ErrorCode::kForbidden,
              "Metadata definition " + std::string(what) + " is protected and cannot be deleted.");
}

metadefs::Time metadefNow(const ApiRequest& request) {
  return std::chrono::floor<std::chrono::microseconds>(request.services.clock.systemNow());
}

http::Response created(std::string body) {
  constexpr int kStatusCreated = 201;
  auto response = jsonResponse(std::move(body));
  response.status = kStatusCreated;
  return response;
}

Result<MetadefQuery> MetadefQuery::parse(const ApiRequest& request) {
  auto pairs = http::parseQuery(request.http.head.query());
  if (!pairs) return tl::unexpected(std::move(pairs.error()));
  MetadefQuery query;
  for (auto& [name, value] : *pairs) {
    const auto known = std::ranges::find(query.pairs_, name, &http::QueryPairs::value_type::first);
    if (known == query.pairs_.end())
      query.pairs_.emplace_back(std::move(name), std::move(value));
    else
      known->second = std::move(value);
  }
  return query;
}

std::optional<std::string> MetadefQuery::text(std::string_view name) const {
  const auto found = std::ranges::find(pairs_, name, &http::QueryPairs::value_type::first);
  return found == pairs_.end() ? std::nullopt : std::optional(found->second);
}

Result<std::optional<std::size_t>> MetadefQuery::limit(std::size_t least) const {
  const auto given = text("limit");
  if (!given) return std::optional<std::size_t>();
  if (given->empty() || !std::ranges::all_of(*given, asciiDigit))
    return fail(ErrorCode::kInvalidArgument, "limit param must be a whole number");
  const auto number =
      parseInteger<std::size_t>(*given).value_or(std::numeric_limits<std::size_t>::max());
  if (number < least) return fail(ErrorCode::kInvalidArgument, "limit param must be positive");
  return std::optional(number);
}

Result<bool> MetadefQuery::ascending() const {
  const auto given = text("sort_dir").value_or("desc");
  if (given != "asc" && given != "desc")
    return fail(ErrorCode::kInvalidArgument, "Invalid sort direction: it is asc or desc");
  return given == "asc";
}

Status MetadefQuery::checkVisibility(Rules words) const {
  const auto given = text("visibility");
  if (!given || std::ranges::find(words, *given) != words.end()) return {};
  return bad("Invalid visibility value: " + *given);
}

}  // namespace glint::origin
