#include "origin/policy/check.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/strings.h"

namespace glint::origin {

namespace {

constexpr int kMaxDepth = 64;  // of parentheses and nots

auto bad(std::string_view why) { return fail(ErrorCode::kInvalidArgument, std::string(why)); }

// Words between blanks; parentheses at a word's ends are tokens of their own, but not the ones of
// %(key)s.
std::vector<std::string_view> tokenize(std::string_view text) {
  std::vector<std::string_view> tokens;
  while (!(text = trim(text)).empty()) {
    if (text.front() == '(') {
      tokens.push_back(text.substr(0, 1));
      text.remove_prefix(1);
      continue;
    }
    const auto end = std::ranges::find_if(text, [](char c) { return asciiSpace(c); });
    auto word = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    text.remove_prefix(word.size());
    const auto last = word.find_last_not_of(')');
    const auto closing = word.size() - (last == std::string_view::npos ? 0 : last + 1);
    word.remove_suffix(closing);
    if (!word.empty()) tokens.push_back(word);
    tokens.insert(tokens.end(), closing, ")");
  }
  return tokens;
}

Result<MatchPattern> parseMatch(std::string_view text) {
  MatchPattern pattern;
  std::string literal;
  while (!text.empty()) {
    const auto percent = text.find('%');
    literal += text.substr(0, percent);
    if (percent == std::string_view::npos) break;
    text.remove_prefix(percent + 1);
    if (text.starts_with('%')) {
      literal += '%';
      text.remove_prefix(1);
      continue;
    }
    const auto close = text.find(")s");
    if (!text.starts_with('(') || close == std::string_view::npos)
      return bad("'%' must begin %(key)s");
    if (!literal.empty()) pattern.pieces.push_back({false, std::exchange(literal, {})});
    pattern.pieces.push_back({true, std::string(text.substr(1, close - 1))});
    text.remove_prefix(close + 2);
  }
  if (!literal.empty()) pattern.pieces.push_back({false, std::move(literal)});
  return pattern;
}

// What stands for itself on the left side: 'text', "text", True, False, None, a number.
std::optional<std::string> literalOf(std::string_view kind) {
  const bool quoted = kind.size() >= 2 && (kind.front() == '\'' || kind.front() == '"') &&
                      kind.front() == kind.back();
  if (quoted) return std::string(kind.substr(1, kind.size() - 2));
  if (kind == "True" || kind == "False" || kind == "None" || parseInteger<std::int64_t>(kind))
    return std::string(kind);
  return std::nullopt;
}

Result<Check> parseLeaf(std::string_view token) {
  if (token == "@") return Check{Check::Kind::kAlways, {}, {}, {}};
  if (token == "!") return Check{Check::Kind::kNever, {}, {}, {}};
  const auto colon = token.find(':');
  if (colon == std::string_view::npos || colon == 0)
    return bad("'" + std::string(token) + "' is no check (kind:match)");
  const auto kind = token.substr(0, colon);
  const auto match = token.substr(colon + 1);
  if (kind == "http" || kind == "https") return bad("external checks are not supported");
  if (kind == "rule") return Check{Check::Kind::kRule, std::string(match), {}, {}};
  auto pattern = parseMatch(match);
  if (!pattern) return tl::unexpected(pattern.error());
  if (kind == "role") return Check{Check::Kind::kRole, {}, std::move(*pattern), {}};
  if (auto literal = literalOf(kind))
    return Check{Check::Kind::kLiteral, std::move(*literal), std::move(*pattern), {}};
  return Check{Check::Kind::kAttribute, std::string(kind), std::move(*pattern), {}};
}

class Parser {
 public:
  explicit Parser(std::string_view text) : tokens_(tokenize(text)) {}

  Result<Check> parse() {
    if (tokens_.empty()) return Check{Check::Kind::kAlways, {}, {}, {}};
    auto check = parseOr(0);
    if (check && next_ != tokens_.size())
      return bad("'" + std::string(tokens_[next_]) + "' is not expected here");
    return check;
  }

 private:
  bool take(std::string_view word) {
    if (next_ == tokens_.size() || !iequals(tokens_[next_], word)) return false;
    ++next_;
    return true;
  }

  Result<Check> parseOr(int depth) {
    return parseChain(Check::Kind::kOr, "or", [&] {
      return parseChain(Check::Kind::kAnd, "and", [&] { return parseNot(depth); });
    });
  }

  template <class Operand>
  Result<Check> parseChain(Check::Kind kind, std::string_view word, const Operand& operand) {
    auto first = operand();
    if (!first || !take(word)) return first;
    Check chain{kind, {}, {}, {}};
    chain.operands.push_back(std::move(*first));
    do {
      auto next = operand();
      if (!next) return next;
      chain.operands.push_back(std::move(*next));
    } while (take(word));
    return chain;
  }

  Result<Check> parseNot(int depth) {
    if (depth > kMaxDepth) return bad("nested too deeply");
    if (!take("not")) return parsePrimary(depth);
    auto operand = parseNot(depth + 1);
    if (!operand) return operand;
    Check negation{Check::Kind::kNot, {}, {}, {}};
    negation.operands.push_back(std::move(*operand));
    return negation;
  }

  Result<Check> parsePrimary(int depth) {
    if (next_ == tokens_.size()) return bad("a check is missing at the end");
    if (!take("(")) return parseLeaf(tokens_[next_++]);
    auto inner = parseOr(depth + 1);
    if (inner && !take(")")) return bad("a closing parenthesis is missing");
    return inner;
  }

  std::vector<std::string_view> tokens_;
  std::size_t next_ = 0;
};

}  // namespace

Result<Check> parseCheck(std::string_view text) { return Parser(text).parse(); }

}  // namespace glint::origin
