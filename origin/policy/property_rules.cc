#include "origin/policy/property_rules.h"

#include <algorithm>
#include <optional>
#include <set>
#include <span>
#include <utility>

#include "base/ini.h"
#include "base/strings.h"

namespace glint::origin {
namespace {

constexpr std::string_view kServicePrefix = "os_glance";
constexpr std::array<std::string_view, 4> kAccessNames = {"create", "read", "update", "delete"};

std::optional<std::size_t> accessNamed(std::string_view word) {
  const auto* found = std::ranges::find(kAccessNames, word);
  if (found == kAccessNames.end()) return std::nullopt;
  return static_cast<std::size_t>(found - kAccessNames.begin());
}

}  // namespace

// Reads one file, section by section.
class PropertyRules::Reader {
 public:
  Reader(std::string path, ProtectionFormat format, const Policy& policy)
      : path_(std::move(path)), format_(format), policy_(policy) {}

  Result<std::vector<Section>> read(std::span<const IniGroup> groups,
                                    std::span<const IniEntry> entries) {
    std::vector<Section> sections;
    std::set<std::string> seen;
    for (std::size_t i = 0; i < groups.size(); ++i) {
      const auto& group = groups[i];
      if (!seen.insert(group.name).second) return bad(group.line, group.name, "stands there twice");
      const int end = i + 1 < groups.size() ? groups[i + 1].line : 0;  // 0: the end of the file
      auto section = readSection(group, entriesOf(entries, group.line, end));
      if (!section) return tl::unexpected(std::move(section.error()));
      if (!group.name.starts_with(kServicePrefix)) sections.push_back(std::move(*section));
    }
    return sections;
  }

 private:
  tl::unexpected<Error> bad(int line, std::string_view section, const std::string& why) const {
    return fail(ErrorCode::kInvalidArgument,
                path_ + ":" + std::to_string(line) + ": [" + std::string(section) + "]: " + why);
  }

  static std::span<const IniEntry> entriesOf(std::span<const IniEntry> entries, int begin,
                                             int end) {
    const auto first = std::ranges::upper_bound(entries, begin, {}, &IniEntry::line);
    const auto last =
        end == 0 ? entries.end() : std::ranges::lower_bound(entries, end, {}, &IniEntry::line);
    return {first, last};
  }

  Result<Section> readSection(const IniGroup& group, std::span<const IniEntry> entries) const {
    auto pattern = Pattern::compile(group.name);
    if (!pattern)
      return bad(group.line, group.name,
                 "is no regular expression: " + std::move(pattern.error().message));
    Section section{group.name, std::move(*pattern), {}};
    std::array<bool, kAccessNames.size()> given{};
    for (const auto& entry : entries) {
      const auto access = accessNamed(asciiLower(entry.key));
      if (!access)
        return bad(entry.line, group.name,
                   "'" + entry.key + "' is none of create, read, update, delete");
      if (std::exchange(given.at(*access), true))
        return bad(entry.line, group.name, "'" + entry.key + "' stands there twice");
      auto permission = readPermission(entry);
      if (!permission) return bad(entry.line, group.name, permission.error().message);
      section.permissions.at(*access) = std::move(*permission);
    }
    const auto* missing = std::ranges::find(given, false);
    if (missing != given.end())
      return bad(
          group.line, group.name,
          "has no '" +
              std::string(kAccessNames.at(static_cast<std::size_t>(missing - given.begin()))) +
              "'");
    return section;
  }

  Result<Permission> readPermission(const IniEntry& entry) const {
    Permission permission;
    bool nobody = false;
    bool everybody = false;
    for (const std::string_view item : split(entry.value, ',')) {
      const auto word = trim(item);
      nobody |= word == "!";
      everybody |= word == "@";
      if (!word.empty() && word != "!" && word != "@") permission.names.emplace_back(word);
    }
    const auto refuse = [&](const std::string& why) {
      return fail(ErrorCode::kInvalidArgument, entry.key + " = " + entry.value + ": " + why);
    };
    if (nobody && everybody) return refuse("'@' and '!' exclude each other");
    if (format_ == ProtectionFormat::kPolicies) {
      if (entry.value.find(',') != std::string::npos) return refuse("one policy rule is expected");
      if (!permission.names.empty() && !policy_.defines(permission.names.front()))
        return refuse("there is no such policy rule");
    } else {
      for (auto& name : permission.names) name = asciiLower(name);
    }
    using enum Permission::Kind;
    permission.kind = everybody                            ? kEverybody
                      : nobody || permission.names.empty() ? kNobody
                                                           : kNamed;
    return permission;
  }

  const std::string path_;
  const ProtectionFormat format_;
  const Policy& policy_;
};

Result<std::shared_ptr<const PropertyRules>> PropertyRules::parse(std::string_view text,
                                                                  const std::string& path,
                                                                  ProtectionFormat format,
                                                                  const Policy& policy) {
  std::vector<IniGroup> groups;
  const auto entries = parseIni(text, path, &groups);
  if (!entries) return tl::unexpected(entries.error());
  auto sections = Reader(path, format, policy).read(groups, *entries);
  if (!sections) return tl::unexpected(std::move(sections.error()));
  std::shared_ptr<PropertyRules> rules(new PropertyRules(format));
  rules->sections_ = std::move(*sections);
  return rules;
}

bool PropertyRules::allows(image::PropertyAccess access, std::string_view name,
                           const Caller& caller, const Policy& policy) const {
  if (name.starts_with(kServicePrefix)) return true;
  for (const auto& section : sections_) {
    const auto found = section.pattern.search(name);
    if (found == Pattern::Found::kNo) continue;
    if (found == Pattern::Found::kUndecided) return false;
    const auto& permission = section.permissions.at(static_cast<std::size_t>(access));
    if (permission.kind != Permission::Kind::kNamed)
      return permission.kind == Permission::Kind::kEverybody;
    if (format_ == ProtectionFormat::kPolicies) {
      const auto& rule = permission.names.front();
      return policy.defines(rule) && policy.allows(rule, caller, FixedTarget());
    }
    return std::ranges::any_of(permission.names, [&](const std::string& role) {
      return caller.hasRole(role) ||
             std::ranges::find(caller.service_roles, role) != caller.service_roles.end();
    });
  }
  return false;
}

bool PropertyRules::leavesGaps() const {
  return std::ranges::none_of(sections_, [](const Section& section) {
    return section.text == ".*" || section.text == "^.*" || section.text == "." ||
           section.text == "^.*$";
  });
}

}  // namespace glint::origin
