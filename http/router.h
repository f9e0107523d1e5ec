// Finds the row of a route table for a method and a path.
//
//   Router router({{Method::kGet, "/v2/images"}, {Method::kGet, "/v2/images/{image_id}"}});
//   const auto match = router.match(head.method, head.path());
//   if (match.kind == Router::Match::Kind::kFound) rows[match.row].serve(match.param("image_id"));
//
// Paths match exactly: a slash at the end or an empty segment is another path; several slashes at
// the beginning count as one. Segments are compared percent-decoded; one that holds an encoded
// slash matches nothing. A literal segment wins over a parameter, whatever the method.
// Threads: immutable after construction.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/method.h"

namespace glint::http {

// What a path answers to methods that have no row.
enum class OtherMethods : std::uint8_t { kNotAllowed, kNotFound };

struct RouteRow {
  Method method;
  std::string_view pattern;  // a literal: "/v2/images/{image_id}/file"
  OtherMethods other_methods = OtherMethods::kNotAllowed;
};

class Router {
 public:
  // `rows` keep their order: Match::row is the index. A malformed pattern or a repeated row is a
  // broken invariant.
  explicit Router(std::vector<RouteRow> rows);
  ~Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;

  struct Match {
    enum class Kind : std::uint8_t {
      kFound,
      kNotFound,    // 404
      kNotAllowed,  // 405 with `allow`
      kBadPath,     // 400: an escape or the UTF-8 behind it is malformed
    };
    Kind kind = Kind::kNotFound;
    std::size_t row = 0;
    std::string allow;  // "GET, PATCH": in the order of the rows
    std::vector<std::pair<std::string_view, std::string>> params;  // decoded

    std::string_view param(std::string_view name) const;  // empty when there is none of that name
  };
  Match match(Method method, std::string_view path) const;

 private:
  struct Node;
  std::vector<RouteRow> rows_;
  std::unique_ptr<Node> root_;
};

}  // namespace glint::http
