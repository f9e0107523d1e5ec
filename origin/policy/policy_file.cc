#include "origin/policy/policy_file.h"

#include <optional>

#include <yaml-cpp/yaml.h>

#include "base/file.h"
#include "origin/policy/check.h"

namespace glint::origin {

namespace {

using Rules = std::map<std::string, std::string>;

constexpr std::uint64_t kMaxFileBytes = 1u << 20;

auto bad(const std::string& path, const YAML::Mark& mark, const std::string& why) {
  return fail(ErrorCode::kInvalidArgument, path + ":" + std::to_string(mark.line + 1) + ": " + why);
}

// One "and" group of the old form; nullopt: neither a text nor a list of texts.
std::optional<std::string> joinGroup(const YAML::Node& group) {
  if (group.IsScalar()) return group.Scalar();
  if (!group.IsSequence()) return std::nullopt;
  std::string text;
  for (const auto& check : group) {
    if (!check.IsScalar()) return std::nullopt;
    text += (text.empty() ? "" : " and ") + check.Scalar();
  }
  return text.empty() ? "@" : "(" + text + ")";
}

std::optional<std::string> checkOf(const YAML::Node& value) {
  if (value.IsScalar()) return value.Scalar();
  if (!value.IsSequence()) return std::nullopt;
  std::string text;
  for (const auto& group : value) {
    const auto joined = joinGroup(group);
    if (!joined) return std::nullopt;
    text += (text.empty() ? "" : " or ") + *joined;
  }
  return text.empty() ? "@" : text;
}

Result<Rules> rulesOf(const YAML::Node& document, const std::string& path) {
  Rules rules;
  if (document.IsNull()) return rules;
  if (!document.IsMap()) return bad(path, document.Mark(), "not a map of rules");
  for (const auto& entry : document) {
    if (!entry.first.IsScalar()) return bad(path, entry.first.Mark(), "a rule's name is no text");
    const auto& name = entry.first.Scalar();
    auto check = checkOf(entry.second);
    if (!check) return bad(path, entry.first.Mark(), "rule '" + name + "' has no check string");
    if (auto parsed = parseCheck(*check); !parsed)
      return bad(path, entry.first.Mark(), "rule '" + name + "': " + parsed.error().message);
    if (!rules.emplace(name, std::move(*check)).second)
      return bad(path, entry.first.Mark(), "rule '" + name + "' stands there twice");
  }
  return rules;
}

}  // namespace

Result<Rules> parsePolicyText(const std::string& text, const std::string& path) {
  try {
    return rulesOf(YAML::Load(text), path);
  } catch (const YAML::Exception& error) {
    return bad(path, error.mark, error.msg);
  }
}

Result<Rules> readPolicyFile(const std::string& path) {
  auto text = readFile(path, kMaxFileBytes);
  if (!text) return failWith("read the policy file", text.error());
  return parsePolicyText(*text, path);
}

}  // namespace glint::origin
