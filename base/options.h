// Configuration: one table says of every option its group, key, type, default, bounds and meaning,
// and where its value goes. Loading, --help, the documentation page and `glintctl config show` all
// come from the table.
//
// A component has a plain struct and one function that adds its rows; the field's initial value is
// the default:
//
//   struct FillOptions {
//     std::chrono::milliseconds connect_timeout{2000};
//     std::uint32_t max_parallel = 8;
//   };
//   void addOptions(OptionTable& table, FillOptions& options) {
//     table.group("fill", "How content is fetched from the upstream.")
//         .duration("connect_timeout", options.connect_timeout, "Longest wait for a connection.",
//         {.min = 1ms}) .integer("max_parallel", options.max_parallel, "Ranges of one fill at
//         once.", {.min = 1, .max = 64});
//   }
//
// The struct must outlive the table. Threads: none; configuration is read once, at start.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <limits>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace glint {

enum class OptionType : std::uint8_t {
  kBool,
  kInteger,
  kPort,
  kText,
  kChoice,
  kList,   // comma-separated
  kMulti,  // one value per occurrence
  kSize,
  kDuration,
  kPath,
};
const char* toString(OptionType type);

// One row.
struct Option {
  std::string group{};
  std::string key{};
  OptionType type{};
  std::string default_text{};  // as it would stand in a file; empty: none
  std::string accepts{};       // bounds or choices for people: "1…64", "text, json"; may be empty
  std::string help{};
  bool secret = false;     // shown as ***
  std::string fallback{};  // a group whose value of this key counts when this one has none
  // Converts and stores. The message of an error says what is wrong with the value, without group
  // and key.
  std::function<Status(const std::vector<std::string>& values)> store{};
  // Filled by load():
  std::string value_text{};        // as given, substituted; secrets are not masked here
  std::string origin = "default";  // "default", "file:line", "environment OS_…", "command line"
};

template <class T>
struct Bounds {
  T min = std::numeric_limits<T>::min();
  T max = std::numeric_limits<T>::max();
};
struct IntegerBounds {
  std::int64_t min = std::numeric_limits<std::int64_t>::min();
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
};
struct SizeBounds {
  std::uint64_t min = 0;
  std::uint64_t max = std::numeric_limits<std::int64_t>::max();
};
struct DurationBounds {
  std::chrono::milliseconds min{0};
  std::chrono::milliseconds max{std::numeric_limits<std::int64_t>::max()};
};

class OptionTable;

// Adds rows to one group.
class OptionGroup {
 public:
  OptionGroup& boolean(const char* key, bool& field, const char* help);
  // Bounds are narrowed to what the field's type holds.
  template <std::integral T>
  requires(!std::same_as<T, bool>) OptionGroup& integer(const char* key, T& field, const char* help,
                                                        IntegerBounds bounds = {}) {
    if (std::cmp_less(bounds.min, std::numeric_limits<T>::min()))
      bounds.min = static_cast<std::int64_t>(std::numeric_limits<T>::min());
    if (std::cmp_greater(bounds.max, std::numeric_limits<T>::max()))
      bounds.max = static_cast<std::int64_t>(std::numeric_limits<T>::max());
    return addInteger(key, static_cast<std::int64_t>(field), help, bounds,
                      [&field](std::int64_t value) { field = static_cast<T>(value); });
  }
  OptionGroup& port(const char* key, std::uint16_t& field, const char* help);
  OptionGroup& text(const char* key, std::string& field, const char* help);
  OptionGroup& secret(const char* key, std::string& field, const char* help);  // shown as ***
  OptionGroup& path(const char* key, std::string& field, const char* help);
  OptionGroup& list(const char* key, std::vector<std::string>& field, const char* help);
  OptionGroup& multi(const char* key, std::vector<std::string>& field, const char* help);
  OptionGroup& size(const char* key, std::uint64_t& field, const char* help,
                    SizeBounds bounds = {});
  OptionGroup& duration(const char* key, std::chrono::milliseconds& field, const char* help,
                        DurationBounds bounds = {});
  // Words for the values of an enum; compared without case.
  template <class E>
  OptionGroup& choice(const char* key, E& field, const char* help,
                      std::initializer_list<std::pair<const char*, E>> words) {
    const std::vector<std::pair<const char*, E>> kept(words);
    std::vector<std::string> names;
    std::string default_text;
    for (const auto& [name, value] : kept) {
      names.emplace_back(name);
      if (value == field) default_text = name;
    }
    return addChoice(key, std::move(default_text), help, std::move(names),
                     [&field, kept](std::size_t index) { field = kept[index].second; });
  }
  // A type of the component's own: `parse` stores the value or says what is wrong with it.
  OptionGroup& custom(const char* key, std::string default_text, const char* accepts,
                      const char* help, std::function<Status(std::string_view value)> parse);

  // The rows that follow take the value of their key in that group when they are not given.
  OptionGroup& fallback(std::string group) {
    fallback_ = std::move(group);
    return *this;
  }

  // Keys of this group that mean something elsewhere and nothing here: see OptionTable::ignored().
  OptionGroup& ignored(std::initializer_list<const char*> keys);
  // An older name, read with a warning when `key` of this group is absent.
  OptionGroup& oldName(const char* key, const char* old_group, const char* old_key);

 private:
  friend class OptionTable;
  OptionGroup(OptionTable& table, std::string name) : table_(table), name_(std::move(name)) {}
  OptionGroup& addInteger(const char* key, std::int64_t initial, const char* help,
                          IntegerBounds bounds, std::function<void(std::int64_t)> store);
  OptionGroup& addChoice(const char* key, std::string default_text, const char* help,
                         std::vector<std::string> names, std::function<void(std::size_t)> store);
  OptionGroup& add(Option option);

  OptionTable& table_;
  std::string name_;
  std::string fallback_;
};

struct ConfigSource {
  enum class Kind : std::uint8_t {
    kFile,
    kDirectory
  };  // of a directory: all *.conf, sorted by name
  Kind kind = Kind::kFile;
  std::string path;
};
struct ConfigOverride {  // from the command line
  std::string flag;      // "--upstream"
  std::string group;
  std::string key;
  std::string value;
};
struct ConfigInputs {
  std::vector<ConfigSource> sources;                                // later ones win
  std::vector<ConfigOverride> overrides;                            // beat everything
  std::function<const char*(const std::string& name)> environment;  // empty: none
};

struct ConfigOutcome {
  std::vector<std::string> errors;  // "file:line: [group] key: what is wrong", all of them
  std::vector<std::string> warnings;
  bool ok() const { return errors.empty(); }
};

class OptionTable {
 public:
  OptionTable() = default;
  OptionTable(const OptionTable&) = delete;
  OptionTable& operator=(const OptionTable&) = delete;

  // The group's name as in a file; "DEFAULT" is a group like others. May be called again for the
  // same group.
  OptionGroup group(std::string name, const char* help = "");
  // An option that means something to others who read the same files, and nothing here: it is no
  // error. One warning names all that are given. An option of the same name goes before.
  void ignored(std::string_view group, std::string key);
  // The same of all options of these groups.
  void ignoredGroups(std::initializer_list<const char*> names);

  // Groups that only the configuration names: once all sources are read, `add` gives them rows.
  // Errors of `add` are those of the option, or of the group.
  using AddRows = std::function<Status(OptionTable& table, const std::string& text)>;
  // By the value of an option, when it is given ("fast:file,slow:file" names [fast] and [slow]).
  void groupsNamedBy(std::string group, std::string key, AddRows add);
  // By how their names begin: `add` is called with each such name ("cors.dashboard").
  void groupsBeginning(std::string prefix, AddRows add);
  bool hasGroup(std::string_view name) const;

  // Reads the sources and stores every value into its field. Unknown groups and keys, malformed
  // files and values are errors that name file and line; all are collected. Values: `$key`,
  // `${group.key}` are replaced by that option's value (defaults too), `$$` and `\$` give a dollar.
  // OS_<GROUP>__<KEY> in the environment beats the files.
  ConfigOutcome load(const ConfigInputs& inputs);

  std::span<const Option> rows() const { return rows_; }
  const Option* find(std::string_view group, std::string_view key) const;
  struct Group {
    std::string name;
    std::string help;
  };
  std::span<const Group> groups() const { return groups_; }

 private:
  friend class OptionGroup;
  struct OldName {
    std::string group, key, old_group, old_key;
  };
  friend class OptionLoader;
  struct NamedGroups {
    std::string group, key;  // the option that names them
    std::string prefix;      // or how their names begin
    AddRows add;
  };

  std::vector<Option> rows_;
  std::vector<Group> groups_;
  std::set<std::pair<std::string, std::string>> ignored_;  // group, key; "*": the whole group
  std::vector<OldName> old_names_;
  std::vector<NamedGroups> named_groups_;
};

// What a row's value looks like to people: secrets masked.
std::string shownValue(const Option& option);

}  // namespace glint
