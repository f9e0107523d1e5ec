#include "origin/api/list_request.h"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <utility>

#include "base/strings.h"
#include "image/time_text.h"

namespace glint::origin {

namespace {

auto bad(std::string message) { return fail(ErrorCode::kInvalidArgument, std::move(message)); }

template <class T, std::size_t N>
std::optional<T> findNamed(const std::array<std::pair<std::string_view, T>, N>& table,
                           std::string_view name) {
  for (const auto& [key, value] : table)
    if (key == name) return value;
  return std::nullopt;
}

template <class T>
using Names = std::pair<std::string_view, T>;

constexpr std::array kOperatorColumns = {
    Names<TextColumn>{"name", TextColumn::kName},
    Names<TextColumn>{"id", TextColumn::kId},
    Names<TextColumn>{"status", TextColumn::kStatus},
    Names<TextColumn>{"container_format", TextColumn::kContainerFormat},
    Names<TextColumn>{"disk_format", TextColumn::kDiskFormat},
};
constexpr std::array kExactColumns = {
    Names<TextColumn>{"owner", TextColumn::kOwner},
    Names<TextColumn>{"checksum", TextColumn::kChecksum},
    Names<TextColumn>{"os_hash_algo", TextColumn::kOsHashAlgo},
    Names<TextColumn>{"os_hash_value", TextColumn::kOsHashValue},
};
constexpr std::array kIntegerColumns = {
    Names<IntegerColumn>{"size", IntegerColumn::kSize},
    Names<IntegerColumn>{"virtual_size", IntegerColumn::kVirtualSize},
    Names<IntegerColumn>{"min_disk", IntegerColumn::kMinDisk},
    Names<IntegerColumn>{"min_ram", IntegerColumn::kMinRam},
};
constexpr std::array kTimeColumns = {
    Names<TimeColumn>{"created_at", TimeColumn::kCreatedAt},
    Names<TimeColumn>{"updated_at", TimeColumn::kUpdatedAt},
};
constexpr std::array kComparisons = {
    Names<Comparison>{"eq", Comparison::kEq}, Names<Comparison>{"neq", Comparison::kNe},
    Names<Comparison>{"lt", Comparison::kLt}, Names<Comparison>{"lte", Comparison::kLe},
    Names<Comparison>{"gt", Comparison::kGt}, Names<Comparison>{"gte", Comparison::kGe},
};
constexpr std::array kSortColumns = {
    Names<SortColumn>{"name", SortColumn::kName},
    Names<SortColumn>{"status", SortColumn::kStatus},
    Names<SortColumn>{"container_format", SortColumn::kContainerFormat},
    Names<SortColumn>{"disk_format", SortColumn::kDiskFormat},
    Names<SortColumn>{"size", SortColumn::kSize},
    Names<SortColumn>{"id", SortColumn::kId},
    Names<SortColumn>{"created_at", SortColumn::kCreatedAt},
    Names<SortColumn>{"updated_at", SortColumn::kUpdatedAt},
};
constexpr std::array kDirections = {
    Names<Direction>{"asc", Direction::kAscending},
    Names<Direction>{"desc", Direction::kDescending},
};
constexpr std::array kMemberFilters = {
    Names<MemberFilter>{"accepted", MemberFilter::kAccepted},
    Names<MemberFilter>{"pending", MemberFilter::kPending},
    Names<MemberFilter>{"rejected", MemberFilter::kRejected},
    Names<MemberFilter>{"all", MemberFilter::kAll},
};
constexpr std::array kVisibilityFilters = {
    Names<VisibilityFilter>{"all", VisibilityFilter::kAll},
    Names<VisibilityFilter>{"public", VisibilityFilter::kPublic},
    Names<VisibilityFilter>{"community", VisibilityFilter::kCommunity},
    Names<VisibilityFilter>{"shared", VisibilityFilter::kShared},
    Names<VisibilityFilter>{"private", VisibilityFilter::kPrivate},
};

Result<std::size_t> parseLimit(std::string_view text, std::size_t most) {
  if (text.empty() || !std::ranges::all_of(text, asciiDigit))
    return bad("limit must be a whole number, zero or more");
  return std::min(most, parseInteger<std::size_t>(text).value_or(most));
}

// Parameters in three kinds: those that may be repeated, and the others with the last value.
class Parameters {
 public:
  explicit Parameters(const http::QueryPairs& pairs) {
    for (const auto& [name, value] : pairs) {
      if (name == "tag")
        tags.push_back(value);
      else if (name == "sort_key")
        sort_keys.push_back(value);
      else if (name == "sort_dir")
        sort_dirs.push_back(value);
      else
        single[name] = value;
    }
  }
  std::vector<std::string> tags;
  std::vector<std::string> sort_keys;
  std::vector<std::string> sort_dirs;
  std::map<std::string, std::string, std::less<>> single;
};

Result<SortKey> parseSortKey(std::string_view column, std::string_view direction) {
  const auto known = findNamed(kSortColumns, column);
  if (!known) return bad("images cannot be sorted by this key");
  const auto way = findNamed(kDirections, direction);
  if (!way) return bad("a sort direction is asc or desc");
  return SortKey{*known, *way};
}

// sort=key[:dir],key[:dir]…
Status parseNewSort(std::string_view text, ListQuery& query) {
  for (const auto part : split(text, ',')) {
    const auto colon = part.find(':');
    auto direction = colon == std::string_view::npos ? std::string_view() : part.substr(colon + 1);
    if (direction.empty()) direction = "desc";
    const auto key = parseSortKey(trim(part.substr(0, colon)), trim(direction));
    if (!key) return tl::unexpected(key.error());
    query.sort.push_back(*key);
  }
  return {};
}

// sort_key=a&sort_key=b&sort_dir=asc: one direction for all, or one for each.
Status parseOldSort(const Parameters& parameters, ListQuery& query) {
  auto keys = parameters.sort_keys;
  if (keys.empty()) keys.emplace_back("created_at");
  const auto& directions = parameters.sort_dirs;
  if (directions.size() > 1 && directions.size() != keys.size())
    return bad("there must be as many sort directions as sort keys");
  for (std::size_t i = 0; i < keys.size(); ++i) {
    std::string_view direction = "desc";
    if (!directions.empty()) direction = directions.size() == 1 ? directions[0] : directions[i];
    const auto key = parseSortKey(keys[i], direction);
    if (!key) return tl::unexpected(key.error());
    query.sort.push_back(*key);
  }
  return {};
}

Status parseSort(const Parameters& parameters, ListQuery& query) {
  const auto sort = parameters.single.find("sort");
  const bool old_form = !parameters.sort_keys.empty() || !parameters.sort_dirs.empty();
  if (sort != parameters.single.end() && old_form)
    return bad("sort and sort_key or sort_dir exclude each other");
  auto status = sort == parameters.single.end() ? parseOldSort(parameters, query)
                                                : parseNewSort(sort->second, query);
  if (!status) return status;
  // Where one direction is all there is, ties follow it.
  const bool one = old_form ? parameters.sort_dirs.size() == 1 : query.sort.size() == 1;
  const auto direction = one ? query.sort.front().direction : Direction::kDescending;
  for (const auto column : {SortColumn::kCreatedAt, SortColumn::kId})
    if (std::ranges::find(query.sort, column, &SortKey::column) == query.sort.end())
      query.sort.push_back({column, direction});
  return {};
}

Status parseTimeFilter(TimeColumn column, std::string_view value, ListQuery& query) {
  auto comparison = Comparison::kEq;
  auto time = image::parseTime(value);
  if (const auto colon = value.find(':'); !time && colon != std::string_view::npos) {
    const auto known = findNamed(kComparisons, value.substr(0, colon));
    if (!known) return bad("a time filter has no such operator");
    comparison = *known;
    time = image::parseTime(value.substr(colon + 1));
  }
  if (!time) return bad("a time filter needs an ISO 8601 time");
  query.times.push_back({column, comparison, *time});
  return {};
}

// size_min, min_ram_max …: nullopt when the name is none of these.
std::optional<Status> parseBound(std::string_view name, std::string_view value, ListQuery& query) {
  const bool lower = name.ends_with("_min");
  if (!lower && !name.ends_with("_max")) return std::nullopt;
  const auto column = findNamed(kIntegerColumns, name.substr(0, name.size() - 4));
  const auto bound = parseInteger<std::int64_t>(value);
  if (!column || !bound) return bad("a bound needs a field that is a number, and a whole number");
  query.integers.push_back({*column, lower ? Comparison::kGe : Comparison::kLe, *bound});
  return Status();
}

void matchNothing(ListQuery& query) { query.texts.push_back({TextColumn::kId, {}}); }

Status parseVisibility(std::string_view value, ListQuery& query) {
  if (value.empty()) {
    matchNothing(query);
    return {};
  }
  const auto known = findNamed(kVisibilityFilters, value);
  if (!known) return bad("there is no such visibility");
  query.visibility = *known;
  return {};
}

// The parameters that steer the list rather than filter it; nullopt: another one.
std::optional<Status> parseControl(const std::string& name, const std::string& value,
                                   const ApiOptions& options, ListQuery& query) {
  if (name == "sort" || name == "deleted") return Status();
  if (name == "limit") {
    const auto limit = parseLimit(value, options.api_limit_max);
    if (!limit) return tl::unexpected(limit.error());
    query.limit = *limit;
    return Status();
  }
  if (name == "marker") {
    query.marker = image::ImageId{value};
    return Status();
  }
  if (name == "member_status") {
    const auto known = findNamed(kMemberFilters, value);
    if (!known) return bad("there is no such member status");
    query.member = *known;
    return Status();
  }
  if (name == "visibility") return parseVisibility(value, query);
  if (name == "os_hidden") {
    query.os_hidden = iequals(value, "true");
    return query.os_hidden || iequals(value, "false") ? Status()
                                                      : bad("os_hidden is true or false");
  }
  if (name == "protected") {
    query.is_protected = value == "true";
    return *query.is_protected || value == "false" ? Status() : bad("protected is true or false");
  }
  if (name == "changes-since") return bad("changes-since is not supported");
  return std::nullopt;
}

Status parseFilter(const std::string& name, const std::string& value, ListQuery& query) {
  if (const auto column = findNamed(kOperatorColumns, name)) {
    auto values = parseTextFilter(value);
    if (!values) return tl::unexpected(std::move(values.error()));
    query.texts.push_back({*column, std::move(*values)});
    return {};
  }
  if (const auto column = findNamed(kTimeColumns, name))
    return parseTimeFilter(*column, value, query);
  if (const auto column = findNamed(kExactColumns, name)) {
    query.texts.push_back({*column, {value}});
    return {};
  }
  if (const auto column = findNamed(kIntegerColumns, name)) {
    if (const auto number = parseInteger<std::int64_t>(value))
      query.integers.push_back({*column, Comparison::kEq, *number});
    else
      matchNothing(query);
    return {};
  }
  if (auto bound = parseBound(name, value, query)) return std::move(*bound);
  query.properties.emplace_back(name, value);
  return {};
}

}  // namespace

Result<std::vector<std::string>> splitQuoted(std::string_view list) {
  std::vector<std::string> values;
  std::string value;
  bool quoted = false;        // inside quotes
  bool after_quotes = false;  // only a comma may follow
  for (std::size_t i = 0; i < list.size(); ++i) {
    const char c = list[i];
    if (quoted && c == '\\' && i + 1 < list.size() && list[i + 1] == '"') {
      value += list[++i];
    } else if (quoted && c == '"') {
      quoted = false;
      after_quotes = true;
    } else if (!quoted && c == ',') {
      values.push_back(std::exchange(value, {}));
      after_quotes = false;
    } else if (after_quotes || (!quoted && c == '"' && !value.empty())) {
      return bad("a quoted value must stand between commas");
    } else if (!quoted && c == '"') {
      quoted = true;
    } else {
      value += c;
    }
  }
  if (quoted) return bad("a quote is not closed");
  values.push_back(std::move(value));
  return values;
}

Result<std::vector<std::string>> parseTextFilter(std::string_view value) {
  const auto colon = value.find(':');
  if (colon == std::string_view::npos || image::parseTime(value))
    return std::vector{std::string(value)};
  const auto name = value.substr(0, colon);
  const auto rest = value.substr(colon + 1);
  if (name == "eq") return std::vector{std::string(rest)};
  if (name == "in") return splitQuoted(rest);
  return bad("this filter knows the operators in: and eq: only");
}

Result<ListQuery> parseListQuery(const http::QueryPairs& pairs, const ApiOptions& options) {
  const Parameters parameters(pairs);
  ListQuery query;
  query.limit = std::min(options.limit_param_default, options.api_limit_max);
  query.tags = parameters.tags;
  for (const auto& [name, value] : parameters.single) {
    auto control = parseControl(name, value, options, query);
    auto status = control ? std::move(*control) : parseFilter(name, value, query);
    if (!status) return tl::unexpected(std::move(status.error()));
  }
  if (auto status = parseSort(parameters, query); !status)
    return tl::unexpected(std::move(status.error()));
  return query;
}

}  // namespace glint::origin
