#include "origin/policy/check.h"

#include <string>

#include <catch2/catch.hpp>

namespace glint::origin {

namespace {

std::string text(const MatchPattern& match) {
  std::string out;
  for (const auto& piece : match.pieces) out += piece.key ? "<" + piece.text + ">" : piece.text;
  return out;
}

// The tree in prefix form.
std::string shape(const Check& check) {
  std::string out;
  switch (check.kind) {
    case Check::Kind::kAlways:
      return "@";
    case Check::Kind::kNever:
      return "!";
    case Check::Kind::kRole:
      return "role=" + text(check.match);
    case Check::Kind::kRule:
      return "rule=" + check.name;
    case Check::Kind::kAttribute:
      return check.name + "=" + text(check.match);
    case Check::Kind::kLiteral:
      return "'" + check.name + "'=" + text(check.match);
    case Check::Kind::kNot:
      out = "not";
      break;
    case Check::Kind::kAnd:
      out = "and";
      break;
    case Check::Kind::kOr:
      out = "or";
      break;
  }
  out += "(";
  for (const auto& operand : check.operands) out += shape(operand) + ",";
  out.back() = ')';
  return out;
}

}  // namespace

TEST_CASE("Check string: parsed to a tree", "[policy]") {
  struct Row {
    const char* text;
    const char* want;  // "": refused
  };
  const auto row = GENERATE(values<Row>({
      {"", "@"},
      {"  ", "@"},
      {"@", "@"},
      {"!", "!"},
      {"role:admin", "role=admin"},
      {"rule:a", "rule=a"},
      {"project_id:%(owner)s", "project_id=<owner>"},
      {"x:a%(b)sc%%", "x=a<b>c%"},
      {"'public':%(visibility)s", "'public'=<visibility>"},
      {"\"public\":%(visibility)s", "'public'=<visibility>"},
      {"True:%(protected)s", "'True'=<protected>"},
      {"1:%(n)s", "'1'=<n>"},
      {"None:%(owner)s", "'None'=<owner>"},
      {"a:1 or b:2 and c:3", "or(a=1,and(b=2,c=3))"},
      {"a:1 and b:2 or c:3", "or(and(a=1,b=2),c=3)"},
      {"(a:1 or b:2) and c:3", "and(or(a=1,b=2),c=3)"},
      {"not a:1 and b:2", "and(not(a=1),b=2)"},
      {"not (a:1 and b:2)", "not(and(a=1,b=2))"},
      {"NOT a:1 OR b:2", "or(not(a=1),b=2)"},
      {"not not a:1", "not(not(a=1))"},
      {"((a:%(k)s))", "a=<k>"},
      {"( a:1 )", "a=1"},
      {"a:1 or (b:2 and (c:3 or d:4))", "or(a=1,and(b=2,or(c=3,d=4)))"},
      {"a", ""},
      {":a", ""},
      {"a:1 b:2", ""},
      {"a:1 and", ""},
      {"and a:1", ""},
      {"(a:1", ""},
      {"a:1)", ""},
      {"()", ""},
      {"not", ""},
      {"a:%(k", ""},
      {"a:%s", ""},
      {"http://example.org/check", ""},
  }));
  CAPTURE(row.text);
  const auto check = parseCheck(row.text);
  CHECK((check ? shape(*check) : "") == row.want);
}

TEST_CASE("Check string: nesting is bounded", "[policy]") {
  const std::string deep(100, '(');
  CHECK_FALSE(parseCheck(deep + "a:1" + std::string(100, ')')));
  CHECK(parseCheck(std::string(20, '(') + "a:1" + std::string(20, ')')));
}

}  // namespace glint::origin
