// Who may do what: the default rules of the Images API, with an operator's overrides, in the
// oslo.policy rule language.
//
// Rules are compiled once. A rule that cannot be parsed, names an undefined rule, or reaches itself
// through rule: references stops the start. Threads: immutable, shared freely.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "origin/policy/target.h"

namespace glint::origin {

class Policy {
 public:
  // Overrides: rule name → check string; names that no part of Glint consults are allowed (for
  // rule: references). Errors: kInvalidArgument naming the rule.
  // `default_rule` decides for names that are not defined.
  static Result<std::shared_ptr<const Policy>> create(
      const std::map<std::string, std::string>& overrides = {},
      const std::string& default_rule = "default");
  virtual ~Policy() = default;

  // Called once per request: rules that come from files may have changed.
  virtual void refresh() const {}
  virtual bool allows(std::string_view rule, const Caller& caller,
                      const PolicyTarget& target) const = 0;
};

}  // namespace glint::origin
