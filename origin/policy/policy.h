// Who may do what: the default rules of the Images API, with an operator's overrides, in the
// oslo.policy rule language.
//
// Rules are compiled once. A rule that cannot be parsed, names an undefined rule, or reaches itself
// through rule: references stops the start. Threads: immutable, shared freely.
//
// Until the roles member and reader came to the Images API, its default rules let everybody in and
// the owner of an image was compared in code. PolicyMode::older_defaults has both: a default rule
// holds when either of its forms does, and for changes the caller must own the image, or be admin.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "origin/policy/target.h"

namespace glint::origin {

struct PolicyMode {
  std::string default_rule = "default";  // decides for names that are not defined
  bool older_defaults = false;
  // A token of the whole system or of a domain may do nothing.
  bool enforce_scope = true;
};

class Policy {
 public:
  // Overrides: rule name → check string; names that no part of Glint consults are allowed (for
  // rule: references). Errors: kInvalidArgument naming the rule.
  static Result<std::shared_ptr<const Policy>> create(
      const std::map<std::string, std::string>& overrides = {}, const PolicyMode& mode = {});
  virtual ~Policy() = default;

  // Called once per request: rules that come from files may have changed.
  virtual void refresh() const {}
  virtual bool defines(std::string_view rule) const = 0;
  virtual bool allows(std::string_view rule, const Caller& caller,
                      const PolicyTarget& target) const = 0;
};

}  // namespace glint::origin
