// One check string of the oslo.policy rule language, compiled.
//
//   expression := expression "or" expression | expression "and" expression | "not" expression
//               | "(" expression ")" | "@" | "!" | kind ":" match
//
// "not" binds tighter than "and", "and" tighter than "or"; the words in any case. The empty string
// and "@" always hold, "!" never does. Kinds: role:x, rule:x, a caller attribute, a quoted text or
// True, False, None or a number; in the match, %(key)s stands for the target's attribute.
// External checks (http:, https:) are refused.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "origin/policy/target.h"

namespace glint::origin {

// The right side of a check: literal pieces and target keys.
struct MatchPattern {
  struct Piece {
    bool key = false;
    std::string text;
  };
  std::vector<Piece> pieces;
};

struct Check {
  enum class Kind : std::uint8_t {
    kAlways,
    kNever,
    kAnd,
    kOr,
    kNot,
    kRole,       // the caller has the role that `match` makes
    kRule,       // the rule named `name` holds
    kAttribute,  // the caller's attribute `name` equals what `match` makes
    kLiteral,    // the text `name` equals what `match` makes
  };
  Kind kind = Kind::kNever;
  std::string name;
  MatchPattern match;
  std::vector<Check> operands;
};

// Errors: kInvalidArgument.
Result<Check> parseCheck(std::string_view text);

// Calls `visit(name)` for every rule that the check refers to.
template <class Visit>
void forEachRule(const Check& check, const Visit& visit) {
  if (check.kind == Check::Kind::kRule) visit(check.name);
  for (const auto& operand : check.operands) forEachRule(operand, visit);
}

}  // namespace glint::origin
