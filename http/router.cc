#include "http/router.h"

#include <algorithm>

#include "base/check.h"
#include "http/ascii.h"
#include "http/url.h"

namespace glint::http {

// One path segment: its literal children, and one for a parameter.
struct Router::Node {
  std::vector<std::pair<std::string_view, std::unique_ptr<Node>>> literals;
  std::unique_ptr<Node> parameter;
  std::vector<std::size_t> rows;  // of the pattern that ends here

  Node& literal(std::string_view segment) {
    for (auto& [name, child] : literals) {
      if (name == segment) return *child;
    }
    return *literals.emplace_back(segment, std::make_unique<Node>()).second;
  }

  // The node where `segments` end, literals first; nullptr when no pattern fits.
  const Node* find(const std::string* segment, const std::string* end) const {
    if (segment == end) return rows.empty() ? nullptr : this;
    for (const auto& [name, child] : literals) {
      if (name != *segment) continue;
      if (const Node* found = child->find(segment + 1, end)) return found;
    }
    return parameter && !segment->empty() ? parameter->find(segment + 1, end) : nullptr;
  }
};

namespace {

bool isParameter(std::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

enum class PathForm : std::uint8_t { kSegments, kNoRoute, kMalformed };

// Appends the decoded segments of `path`. kNoRoute: none can match, whatever the table.
PathForm splitPath(std::string_view path, std::vector<std::string>& segments) {
  while (path.size() > 1 && path[0] == '/' && path[1] == '/') path.remove_prefix(1);
  if (path.empty() || path.front() != '/') return PathForm::kNoRoute;
  auto form = PathForm::kSegments;
  for (const std::string_view part : split(path.substr(1), '/')) {
    auto decoded = percentDecode(part);
    if (!decoded) return PathForm::kMalformed;
    if (decoded->find('/') != std::string::npos) form = PathForm::kNoRoute;
    segments.push_back(std::move(*decoded));
  }
  return form;
}

}  // namespace

Router::Router(std::vector<RouteRow> rows)
    : rows_(std::move(rows)), root_(std::make_unique<Node>()) {
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const std::string_view pattern = rows_[i].pattern;
    GLINT_CHECK(!pattern.empty() && pattern.front() == '/', "a route pattern begins with a slash");
    Node* node = root_.get();
    for (const std::string_view segment : split(pattern.substr(1), '/')) {
      if (!isParameter(segment)) {
        node = &node->literal(segment);
        continue;
      }
      if (!node->parameter) node->parameter = std::make_unique<Node>();
      node = node->parameter.get();
    }
    for (const std::size_t other : node->rows) {
      GLINT_CHECK(rows_[other].method != rows_[i].method, "a route stands once in its table");
    }
    node->rows.push_back(i);
  }
}

Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

std::string_view Router::Match::param(std::string_view name) const {
  for (const auto& [key, value] : params) {
    if (key == name) return value;
  }
  return {};
}

Router::Match Router::match(Method method, std::string_view path) const {
  Match match;
  std::vector<std::string> segments;
  const PathForm form = splitPath(path, segments);
  if (form == PathForm::kMalformed) match.kind = Match::Kind::kBadPath;
  if (form != PathForm::kSegments) return match;
  const Node* node = root_->find(segments.data(), segments.data() + segments.size());
  if (node == nullptr) return match;

  bool hidden = false;
  for (const std::size_t row : node->rows) {
    if (rows_[row].method == method) {
      match.kind = Match::Kind::kFound;
      match.row = row;
      match.allow.clear();
      auto segment = segments.begin();
      for (const std::string_view name : split(rows_[row].pattern.substr(1), '/')) {
        if (isParameter(name)) {
          match.params.emplace_back(name.substr(1, name.size() - 2), std::move(*segment));
        }
        ++segment;
      }
      return match;
    }
    hidden = hidden || rows_[row].other_methods == OtherMethods::kNotFound;
    match.allow.append(match.allow.empty() ? "" : ", ").append(toString(rows_[row].method));
  }
  match.kind = hidden ? Match::Kind::kNotFound : Match::Kind::kNotAllowed;
  if (hidden) match.allow.clear();
  return match;
}

}  // namespace glint::http
