#include "origin/policy/policy.h"

#include <algorithm>
#include <optional>
#include <set>

#include "base/strings.h"
#include "origin/policy/check.h"
#include "origin/policy/default_rules.h"

namespace glint::origin {

namespace {

using Rules = std::map<std::string, Check, std::less<>>;

// What the pattern makes of the target. `null`: a null went into it. nullopt: a key is missing.
std::optional<PolicyTarget::Value> expand(const MatchPattern& pattern, const PolicyTarget& target) {
  PolicyTarget::Value value;
  for (const auto& piece : pattern.pieces) {
    if (!piece.key) {
      value.text += piece.text;
      continue;
    }
    const auto attribute = target.attribute(piece.text);
    if (!attribute) return std::nullopt;
    value.text += attribute->text;
    value.null |= attribute->null;
  }
  return value;
}

bool hasAttribute(const Caller& caller, std::string_view name, const std::string& wanted) {
  if (name == "project_id" || name == "tenant" || name == "tenant_id")
    return !caller.project_id.empty() && caller.project_id == wanted;
  if (name == "user_id" || name == "user")
    return !caller.user_id.empty() && caller.user_id == wanted;
  if (name == "is_admin") return wanted == (caller.is_admin ? "True" : "False");
  if (name == "roles") return caller.hasRole(wanted);
  return false;
}

// What the Images API asked in code beside its older default rules.
bool ownershipAllows(std::string_view rule, const Caller& caller, const PolicyTarget& target) {
  const auto needed = neededOwnership(rule);
  if (needed == Ownership::kAny) return true;
  const auto owner = target.attribute("owner");
  const bool owns =
      owner && !owner->null && !caller.project_id.empty() && owner->text == caller.project_id;
  return owns == (needed == Ownership::kOwner);
}

class CompiledPolicy final : public Policy {
 public:
  CompiledPolicy(Rules rules, PolicyMode mode) : rules_(std::move(rules)), mode_(std::move(mode)) {}

  bool defines(std::string_view rule) const override { return rules_.contains(rule); }

  bool allows(std::string_view rule, const Caller& caller,
              const PolicyTarget& target) const override {
    // The scope of every rule is a project.
    if (mode_.enforce_scope && !caller.project_scoped) return false;
    auto found = rules_.find(rule);
    if (found == rules_.end()) found = rules_.find(mode_.default_rule);
    if (found == rules_.end() || !holds(found->second, caller, target)) return false;
    return !mode_.older_defaults || caller.is_admin || ownershipAllows(rule, caller, target);
  }

 private:
  bool holds(const Check& check, const Caller& caller, const PolicyTarget& target) const {
    const auto operandHolds = [&](const Check& operand) { return holds(operand, caller, target); };
    switch (check.kind) {
      case Check::Kind::kAlways:
        return true;
      case Check::Kind::kNever:
        return false;
      case Check::Kind::kAnd:
        return std::ranges::all_of(check.operands, operandHolds);
      case Check::Kind::kOr:
        return std::ranges::any_of(check.operands, operandHolds);
      case Check::Kind::kNot:
        return !operandHolds(check.operands.front());
      case Check::Kind::kRule:
        return allows(check.name, caller, target);
      case Check::Kind::kRole: {
        const auto role = expand(check.match, target);
        return role && caller.hasRole(asciiLower(role->text));
      }
      case Check::Kind::kAttribute: {
        // A null in the target equals no project and no user.
        const auto wanted = expand(check.match, target);
        return wanted && !wanted->null && hasAttribute(caller, check.name, wanted->text);
      }
      case Check::Kind::kLiteral: {
        const auto value = expand(check.match, target);
        return value && value->text == check.name;
      }
    }
    return false;
  }

  const Rules rules_;
  const PolicyMode mode_;
};

// Finds rules that are not defined or reach themselves.
class ReferenceCheck {
 public:
  explicit ReferenceCheck(const Rules& rules) : rules_(rules) {}

  Status run() {
    for (const auto& [name, check] : rules_)
      if (auto status = visit(name, check); !status) return status;
    return {};
  }

 private:
  Status visit(const std::string& name, const Check& check) {
    if (done_.contains(name)) return {};
    if (!open_.insert(name).second)
      return fail(ErrorCode::kInvalidArgument, "policy rule '" + name + "' refers to itself");
    Status status;
    forEachRule(check, [&](const std::string& reference) {
      if (!status) return;
      const auto found = rules_.find(reference);
      status = found == rules_.end()
                   ? Status(fail(ErrorCode::kInvalidArgument,
                                 "policy rule '" + name + "' refers to the undefined rule '" +
                                     reference + "'"))
                   : visit(found->first, found->second);
    });
    open_.erase(name);
    done_.insert(name);
    return status;
  }

  const Rules& rules_;
  std::set<std::string> open_;
  std::set<std::string> done_;
};

}  // namespace

Result<std::shared_ptr<const Policy>> Policy::create(
    const std::map<std::string, std::string>& overrides, const PolicyMode& mode) {
  std::map<std::string, std::string> texts = overrides;
  for (auto& rule : defaultRules(mode.older_defaults)) texts.insert(std::move(rule));
  Rules rules;
  for (const auto& [name, text] : texts) {
    auto check = parseCheck(text);
    if (!check) return failWith("policy rule '" + name + "'", check.error());
    rules.emplace(name, std::move(*check));
  }
  if (auto status = ReferenceCheck(rules).run(); !status)
    return tl::unexpected(std::move(status.error()));
  return std::make_shared<const CompiledPolicy>(std::move(rules), mode);
}

}  // namespace glint::origin
