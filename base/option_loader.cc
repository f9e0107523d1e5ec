// OptionTable::load(): from files, environment and command line to stored values.

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/check.h"
#include "base/file.h"
#include "base/ini.h"
#include "base/options.h"
#include "base/strings.h"

namespace glint {
namespace {

constexpr std::uint64_t kMaxFileBytes = 16u << 20;
constexpr int kMaxSubstitutionDepth = 16;

struct Given {
  std::vector<std::string> values;  // in order; not substituted
  std::string origin;               // of the last one
};
using Name = std::pair<std::string, std::string>;  // normalized group, key

constexpr bool isNameStart(char c) { return c == '_' || asciiAlpha(c); }
constexpr bool isNameChar(char c) { return isNameStart(c) || asciiDigit(c) || c == '.'; }

// The name that a dollar is followed by: "$name" or "${name}".
struct Reference {
  std::string_view name;   // empty: the dollar stands for itself
  std::size_t length = 0;  // bytes after the dollar
};
Reference referenceAt(std::string_view after_dollar) {
  const bool braced = after_dollar.starts_with('{');
  const std::size_t begin = braced ? 1 : 0;
  std::size_t end = begin;
  if (end < after_dollar.size() && isNameStart(after_dollar[end]))
    while (end < after_dollar.size() && isNameChar(after_dollar[end])) ++end;
  if (end == begin) return {};
  if (!braced) return {after_dollar.substr(0, end), end};
  if (end >= after_dollar.size() || after_dollar[end] != '}') return {};
  return {after_dollar.substr(1, end - 1), end + 1};
}

std::string environmentName(const Option& row) {
  std::string name = fmt::format("OS_{}__{}", row.group, row.key);
  for (char& c : name) c = asciiDigit(c) || asciiAlpha(c) ? asciiUpper(c) : '_';
  return name;
}

}  // namespace

class OptionLoader {
 public:
  OptionLoader(OptionTable& table, const ConfigInputs& inputs) : table_(table), inputs_(inputs) {}

  ConfigOutcome run() {
    for (const ConfigSource& source : inputs_.sources) readSource(source);
    applyOldNames();
    readEnvironment();
    addNamedGroups();
    for (Unknown& unknown : std::exchange(unknown_, {}))
      accept(std::move(unknown.entry), unknown.path, WhenUnknown::kRefuse);
    readEnvironment();  // of what has come to be known
    for (const ConfigOverride& one : inputs_.overrides) {
      GLINT_CHECK(table_.find(one.group, one.key) != nullptr, "a flag sets an option of the table");
      given_[{normalizedGroup(one.group), one.key}] = {{one.value}, "command line " + one.flag};
    }
    for (Option& row : table_.rows_) store(row);
    warnOfIgnored();
    return std::move(outcome_);
  }

 private:
  void error(std::string message) { outcome_.errors.push_back(std::move(message)); }
  void warn(std::string message) {
    if (std::ranges::find(outcome_.warnings, message) == outcome_.warnings.end())
      outcome_.warnings.push_back(std::move(message));
  }

  void readSource(const ConfigSource& source) {
    if (source.kind == ConfigSource::Kind::kFile) return readOneFile(source.path);
    std::error_code failed;
    std::vector<std::string> files;
    for (auto entry = std::filesystem::directory_iterator(source.path, failed);
         !failed && entry != std::filesystem::directory_iterator(); entry.increment(failed))
      if (entry->path().extension() == ".conf") files.push_back(entry->path().string());
    if (failed) return error(fmt::format("{}: {}", source.path, failed.message()));
    std::ranges::sort(files);
    for (const std::string& file : files) readOneFile(file);
  }

  void readOneFile(const std::string& path) {
    const auto text = readFile(path, kMaxFileBytes);
    if (!text) return error(text.error().message);
    auto entries = parseIni(*text, path);
    if (!entries) return error(entries.error().message);
    for (IniEntry& entry : *entries) accept(std::move(entry), path, WhenUnknown::kKeep);
  }

  // Groups may come to be known by what other options say, so what is unknown at first is kept.
  enum class WhenUnknown : std::uint8_t { kKeep, kRefuse };

  void accept(IniEntry entry, const std::string& path, WhenUnknown when_unknown) {
    const Name name{normalizedGroup(entry.group), entry.key};
    const std::string place = fmt::format("{}:{}", path, entry.line);
    const bool is_old = std::ranges::any_of(table_.old_names_, [&](const auto& old) {
      return old.old_group == name.first && old.old_key == name.second;
    });
    if (table_.find(entry.group, entry.key) == nullptr && !is_old && !isIgnored(name, place)) {
      if (when_unknown == WhenUnknown::kKeep) {
        unknown_.push_back({std::move(entry), path});
        return;
      }
      return error(
          table_.hasGroup(entry.group)
              ? fmt::format("{}: [{}] {}: unknown option", place, entry.group, entry.key)
              : fmt::format("{}: [{}]: unknown group (at {})", place, entry.group, entry.key));
    }
    Given& given = given_[name];
    given.values.push_back(std::move(entry.value));
    given.origin = place;
  }

  bool isIgnored(const Name& name, const std::string& place) {
    const auto& ignored = table_.ignored_;
    if (!ignored.contains(name) && !ignored.contains({name.first, "*"})) return false;
    ignored_.try_emplace(name, place);
    return true;
  }

  void addNamedGroups() {
    for (const auto& named : table_.named_groups_) {
      if (named.prefix.empty())
        addGroupsOf(named);
      else
        addGroupsBeginning(named);
    }
  }

  void addGroupsOf(const OptionTable::NamedGroups& named) {
    const auto found = given_.find({normalizedGroup(named.group), named.key});
    if (found == given_.end()) return;
    const auto value = substitute(found->second.values.back(), named.group, 0);
    if (!value) return;  // said when it is stored
    if (auto added = named.add(table_, *value); !added)
      badValue(*table_.find(named.group, named.key), found->second.origin, added.error());
  }

  void addGroupsBeginning(const OptionTable::NamedGroups& named) {
    std::set<std::string> names;
    for (const auto& [entry, path] : unknown_)
      if (normalizedGroup(entry.group).starts_with(named.prefix) &&
          names.insert(normalizedGroup(entry.group)).second)
        if (auto added = named.add(table_, entry.group); !added)
          error(
              fmt::format("{}:{}: [{}]: {}", path, entry.line, entry.group, added.error().message));
  }

  void warnOfIgnored() {
    // Rows that other options brought go before.
    std::erase_if(ignored_, [&](const auto& entry) {
      return table_.find(entry.first.first, entry.first.second) != nullptr;
    });
    if (ignored_.empty()) return;
    std::string names;
    std::string_view group;
    for (const auto& [name, place] : ignored_) {
      if (name.first != group)
        names += fmt::format("{}[{}]", names.empty() ? "" : "; ", name.first);
      names += fmt::format("{} {} ({})", name.first == group ? "," : "", name.second, place);
      group = name.first;
    }
    warn("options that have no meaning here are ignored: " + names);
  }

  void applyOldNames() {
    for (const auto& old : table_.old_names_) {
      const auto found = given_.find({old.old_group, old.old_key});
      if (found == given_.end()) continue;
      warn(fmt::format("{}: [{}] {}: an old name; write [{}] {}", found->second.origin,
                       old.old_group, old.old_key, old.group, old.key));
      given_.try_emplace({normalizedGroup(old.group), old.key}, found->second);
    }
  }

  void readEnvironment() {
    if (!inputs_.environment) return;
    for (const Option& row : table_.rows_) {
      const std::string name = environmentName(row);
      if (const char* value = inputs_.environment(name); value != nullptr)
        given_[{normalizedGroup(row.group), row.key}] = {{value}, "environment " + name};
    }
  }

  void store(Option& row) {
    auto found = given_.find({normalizedGroup(row.group), row.key});
    if (found == given_.end() && !row.fallback.empty())
      found = given_.find({normalizedGroup(row.fallback), row.key});
    const bool is_given = found != given_.end();
    // A default without a dollar is in its field already.
    if (!is_given && row.default_text.find('$') == std::string::npos) return;
    const std::string origin = is_given ? found->second.origin : row.origin;
    std::vector<std::string> values =
        is_given ? found->second.values : std::vector<std::string>{row.default_text};
    // Only the last value of an option counts, unless it collects them.
    if (row.type != OptionType::kMulti) values.erase(values.begin(), values.end() - 1);
    for (std::string& value : values) {
      auto resolved = substitute(value, row.group, 0);
      if (!resolved) return badValue(row, origin, resolved.error());
      value = std::move(*resolved);
    }
    if (auto stored = row.store(values); !stored) return badValue(row, origin, stored.error());
    row.value_text = fmt::format("{}", fmt::join(values, ","));
    row.origin = origin;
  }

  void badValue(const Option& row, const std::string& origin, const Error& why) {
    // The message repeats the value, which a secret's must not.
    error(fmt::format("{}: [{}] {}: {}", origin, row.group, row.key,
                      row.secret ? std::string("its value is not acceptable") : why.message));
  }

  Result<std::string> substitute(std::string_view text, const std::string& group, int depth) {
    if (depth > kMaxSubstitutionDepth)
      return fail(ErrorCode::kInvalidArgument, "'$' substitutions refer to each other in a circle");
    std::string result;
    while (!text.empty()) {
      if (text.starts_with("$$") || text.starts_with("\\$")) {
        result += '$';
        text.remove_prefix(2);
        continue;
      }
      const Reference reference = text.front() == '$' ? referenceAt(text.substr(1)) : Reference{};
      if (reference.name.empty()) {
        result += text.front();
        text.remove_prefix(1);
        continue;
      }
      auto value = valueOf(reference.name, group, depth);
      if (!value) return value;
      result += *value;
      if (result.size() > kMaxFileBytes)
        return fail(ErrorCode::kTooLarge, "the value is too long after '$' substitution");
      text.remove_prefix(1 + reference.length);
    }
    return result;
  }

  // "key": this group, then DEFAULT. "group.key": that group, which DEFAULT does not count as.
  Result<std::string> valueOf(std::string_view name, const std::string& group, int depth) {
    const auto dot = name.find('.');
    if (dot == std::string_view::npos) {
      if (auto raw = rawValue(group, name)) return substitute(*raw, group, depth + 1);
      if (auto raw = rawValue("DEFAULT", name)) return substitute(*raw, "DEFAULT", depth + 1);
    } else if (const std::string other(name.substr(0, dot)); other != "DEFAULT") {
      if (auto raw = rawValue(other, name.substr(dot + 1)))
        return substitute(*raw, other, depth + 1);
    }
    return fail(ErrorCode::kInvalidArgument, fmt::format("'${}' names no option", name));
  }

  std::optional<std::string> rawValue(std::string_view group, std::string_view key) const {
    const auto found = given_.find({normalizedGroup(group), std::string(key)});
    if (found != given_.end()) return found->second.values.back();
    if (const Option* row = table_.find(group, key)) return row->default_text;
    return std::nullopt;
  }

  OptionTable& table_;
  const ConfigInputs& inputs_;
  std::map<Name, Given> given_;
  struct Unknown {
    IniEntry entry;
    std::string path;
  };
  std::vector<Unknown> unknown_;
  std::map<Name, std::string> ignored_;  // where each was given first
  ConfigOutcome outcome_;
};

ConfigOutcome OptionTable::load(const ConfigInputs& inputs) {
  return OptionLoader(*this, inputs).run();
}

}  // namespace glint
