#include "base/options.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/check.h"
#include "base/ini.h"
#include "base/strings.h"
#include "base/units.h"

namespace glint {
namespace {

tl::unexpected<Error> badValue(std::string message) {
  return fail(ErrorCode::kInvalidArgument, std::move(message));
}

// Most rows have one value: the last one given.
auto single(std::function<Status(std::string_view)> parse) {
  return [parse = std::move(parse)](const std::vector<std::string>& values) -> Status {
    return parse(values.back());
  };
}

std::vector<std::string> parseList(std::string_view text) {
  std::vector<std::string> items;
  text = trim(text);
  // Lists that the reference calls bounded are written with brackets.
  if (text.size() >= 2 && text.front() == '[' && text.back() == ']')
    text = text.substr(1, text.size() - 2);
  if (trim(text).empty()) return items;
  for (const std::string_view item : split(text, ',')) items.emplace_back(trim(item));
  if (items.back().empty()) items.pop_back();
  return items;
}

std::string shownBounds(const IntegerBounds& bounds) {
  constexpr auto kLimits = IntegerBounds{};
  const bool below = bounds.min != kLimits.min;
  // What a field of 32 or 64 bits can hold says nothing to people.
  const bool above = bounds.max < std::numeric_limits<std::int32_t>::max();
  if (below && above) return fmt::format("{}…{}", bounds.min, bounds.max);
  if (below && bounds.min > std::numeric_limits<std::int32_t>::min())
    return fmt::format("≥ {}", bounds.min);
  if (above) return fmt::format("≤ {}", bounds.max);
  return {};
}

}  // namespace

const char* toString(OptionType type) {
  switch (type) {
    case OptionType::kBool:
      return "bool";
    case OptionType::kInteger:
      return "integer";
    case OptionType::kPort:
      return "port";
    case OptionType::kText:
      return "text";
    case OptionType::kChoice:
      return "choice";
    case OptionType::kList:
      return "list";
    case OptionType::kMulti:
      return "multi";
    case OptionType::kSize:
      return "size";
    case OptionType::kDuration:
      return "duration";
    case OptionType::kPath:
      return "path";
  }
  return "text";
}

OptionGroup& OptionGroup::add(Option option) {
  option.group = name_;
  option.fallback = fallback_;
  option.value_text = option.default_text;
  GLINT_CHECK(table_.find(option.group, option.key) == nullptr, "an option has one row");
  table_.rows_.push_back(std::move(option));
  return *this;
}

OptionGroup& OptionGroup::boolean(const char* key, bool& field, const char* help) {
  return add({.key = key,
              .type = OptionType::kBool,
              .default_text = field ? "true" : "false",
              .help = help,
              .store = single([&field](std::string_view text) -> Status {
                const auto value = parseBool(text);
                if (!value) return badValue(fmt::format("'{}' is neither true nor false", text));
                field = *value;
                return {};
              })});
}

OptionGroup& OptionGroup::addInteger(const char* key, std::int64_t initial, const char* help,
                                     IntegerBounds bounds,
                                     std::function<void(std::int64_t)> store) {
  auto parse = [bounds, store = std::move(store)](std::string_view text) -> Status {
    const auto value = parseInteger<std::int64_t>(text);
    if (!value) return badValue(fmt::format("'{}' is not a whole number", text));
    if (*value < bounds.min) return badValue(fmt::format("{} is less than {}", *value, bounds.min));
    if (*value > bounds.max) return badValue(fmt::format("{} is more than {}", *value, bounds.max));
    store(*value);
    return {};
  };
  return add({.key = key,
              .type = OptionType::kInteger,
              .default_text = fmt::to_string(initial),
              .accepts = shownBounds(bounds),
              .help = help,
              .store = single(std::move(parse))});
}

OptionGroup& OptionGroup::port(const char* key, std::uint16_t& field, const char* help) {
  return add({.key = key,
              .type = OptionType::kPort,
              .default_text = fmt::to_string(field),
              .help = help,
              .store = single([&field](std::string_view text) -> Status {
                const auto value = parseInteger<std::uint16_t>(text);
                if (!value) return badValue(fmt::format("'{}' is not a port (0…65535)", text));
                field = *value;
                return {};
              })});
}

namespace {

auto storeText(std::string& field) {
  return single([&field](std::string_view text) -> Status {
    field = text;
    return {};
  });
}

}  // namespace

OptionGroup& OptionGroup::text(const char* key, std::string& field, const char* help) {
  return add({.key = key,
              .type = OptionType::kText,
              .default_text = field,
              .help = help,
              .store = storeText(field)});
}

OptionGroup& OptionGroup::secret(const char* key, std::string& field, const char* help) {
  return add({.key = key,
              .type = OptionType::kText,
              .default_text = field,
              .help = help,
              .secret = true,
              .store = storeText(field)});
}

OptionGroup& OptionGroup::path(const char* key, std::string& field, const char* help) {
  return add({.key = key,
              .type = OptionType::kPath,
              .default_text = field,
              .help = help,
              .store = storeText(field)});
}

OptionGroup& OptionGroup::list(const char* key, std::vector<std::string>& field, const char* help) {
  return add({.key = key,
              .type = OptionType::kList,
              .default_text = fmt::format("{}", fmt::join(field, ",")),
              .help = help,
              .store = single([&field](std::string_view text) -> Status {
                field = parseList(text);
                return {};
              })});
}

OptionGroup& OptionGroup::multi(const char* key, std::vector<std::string>& field,
                                const char* help) {
  return add({.key = key,
              .type = OptionType::kMulti,
              .default_text = fmt::format("{}", fmt::join(field, ",")),
              .help = help,
              .store = [&field](const std::vector<std::string>& values) -> Status {
                field = values;
                return {};
              }});
}

OptionGroup& OptionGroup::size(const char* key, std::uint64_t& field, const char* help,
                               SizeBounds bounds) {
  auto parse = [&field, bounds](std::string_view text) -> Status {
    const auto value = parseSize(text);
    if (!value) return tl::unexpected(value.error());
    if (*value < bounds.min)
      return badValue(fmt::format("{} is less than {}", text, formatSize(bounds.min)));
    if (*value > bounds.max)
      return badValue(fmt::format("{} is more than {}", text, formatSize(bounds.max)));
    field = *value;
    return {};
  };
  return add({.key = key,
              .type = OptionType::kSize,
              .default_text = formatSize(field),
              .accepts = bounds.min > 0 ? "≥ " + formatSize(bounds.min) : "",
              .help = help,
              .store = single(std::move(parse))});
}

OptionGroup& OptionGroup::duration(const char* key, std::chrono::milliseconds& field,
                                   const char* help, DurationBounds bounds) {
  auto parse = [&field, bounds](std::string_view text) -> Status {
    const auto value = parseDuration(text);
    if (!value) return tl::unexpected(value.error());
    if (*value < bounds.min)
      return badValue(fmt::format("{} is less than {}", text, formatDuration(bounds.min)));
    if (*value > bounds.max)
      return badValue(fmt::format("{} is more than {}", text, formatDuration(bounds.max)));
    field = *value;
    return {};
  };
  return add({.key = key,
              .type = OptionType::kDuration,
              .default_text = formatDuration(field),
              .accepts = bounds.min.count() > 0 ? "≥ " + formatDuration(bounds.min) : "",
              .help = help,
              .store = single(std::move(parse))});
}

OptionGroup& OptionGroup::addChoice(const char* key, std::string default_text, const char* help,
                                    std::vector<std::string> names,
                                    std::function<void(std::size_t)> store) {
  const std::string accepts = fmt::format("{}", fmt::join(names, ", "));
  auto parse = [names = std::move(names), accepts,
                store = std::move(store)](std::string_view text) -> Status {
    const auto found =
        std::ranges::find_if(names, [&](const std::string& name) { return iequals(name, text); });
    if (found == names.end()) return badValue(fmt::format("'{}' is not one of {}", text, accepts));
    store(static_cast<std::size_t>(found - names.begin()));
    return {};
  };
  return add({.key = key,
              .type = OptionType::kChoice,
              .default_text = std::move(default_text),
              .accepts = accepts,
              .help = help,
              .store = single(std::move(parse))});
}

OptionGroup& OptionGroup::custom(const char* key, std::string default_text, const char* accepts,
                                 const char* help,
                                 std::function<Status(std::string_view value)> parse) {
  return add({.key = key,
              .type = OptionType::kText,
              .default_text = std::move(default_text),
              .accepts = accepts,
              .help = help,
              .store = single(std::move(parse))});
}

OptionGroup& OptionGroup::ignored(std::initializer_list<const char*> keys) {
  for (const char* key : keys) table_.ignored(name_, key);
  return *this;
}

OptionGroup& OptionGroup::oldName(const char* key, const char* old_group, const char* old_key) {
  table_.old_names_.push_back({name_, key, normalizedGroup(old_group), old_key});
  return *this;
}

OptionGroup OptionTable::group(std::string name, const char* help) {
  const auto known = std::ranges::find(groups_, name, &Group::name);
  if (known == groups_.end())
    groups_.push_back({name, help});
  else if (known->help.empty())
    known->help = help;
  return {*this, std::move(name)};
}

void OptionTable::ignored(std::string_view group, std::string key) {
  ignored_.emplace(normalizedGroup(group), std::move(key));
}

void OptionTable::groupsNamedBy(std::string group, std::string key, AddRows add) {
  GLINT_CHECK(find(group, key) != nullptr, "the option that names groups has a row");
  named_groups_.push_back({std::move(group), std::move(key), {}, std::move(add)});
}

void OptionTable::groupsBeginning(std::string prefix, AddRows add) {
  named_groups_.push_back({{}, {}, normalizedGroup(prefix), std::move(add)});
}

bool OptionTable::hasGroup(std::string_view name) const {
  const std::string wanted = normalizedGroup(name);
  return std::ranges::any_of(
      groups_, [&](const Group& group) { return normalizedGroup(group.name) == wanted; });
}

void OptionTable::ignoredGroups(std::initializer_list<const char*> names) {
  for (const char* name : names) ignored(name, "*");
}

const Option* OptionTable::find(std::string_view group, std::string_view key) const {
  const std::string wanted = normalizedGroup(group);
  for (const Option& row : rows_)
    if (row.key == key && normalizedGroup(row.group) == wanted) return &row;
  return nullptr;
}

std::string shownValue(const Option& option) {
  return option.secret && !option.value_text.empty() ? "***" : option.value_text;
}

}  // namespace glint
