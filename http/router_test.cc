#include "http/router.h"

#include <catch2/catch.hpp>

namespace glint::http {
namespace {

using Kind = Router::Match::Kind;

Router makeRouter() {
  return Router({
      {Method::kGet, "/"},                                                     // 0
      {Method::kGet, "/v2/images"},                                            // 1
      {Method::kPost, "/v2/images"},                                           // 2
      {Method::kGet, "/v2/images/{image_id}"},                                 // 3
      {Method::kPatch, "/v2/images/{image_id}"},                               // 4
      {Method::kGet, "/v2/images/{image_id}/tasks", OtherMethods::kNotFound},  // 5
      {Method::kPut, "/v2/images/{image_id}/tags/{tag}"},                      // 6
      {Method::kPost, "/v2/cache/clean"},                                      // 7
      {Method::kPut, "/v2/cache/{image_id}"},                                  // 8
      {Method::kGet, "/v2/cache/nodes/{image_id}"},                            // 9
      {Method::kDelete, "/v2/images/{id}/tags/{name}"},                        // 10
  });
}

}  // namespace

TEST_CASE("Router: rows, parameters, 404 and 405", "[http][router]") {
  struct Row {
    Method method;
    const char* path;
    Kind kind;
    std::size_t row;
    const char* allow;
  };
  const Router router = makeRouter();
  const auto row = GENERATE(values<Row>({
      {Method::kGet, "/", Kind::kFound, 0, ""},
      {Method::kGet, "//", Kind::kFound, 0, ""},
      {Method::kGet, "/v2/images", Kind::kFound, 1, ""},
      {Method::kPost, "/v2/images", Kind::kFound, 2, ""},
      {Method::kGet, "///v2/images", Kind::kFound, 1, ""},
      {Method::kGet, "/v2/images/", Kind::kNotFound, 0, ""},
      {Method::kGet, "/v2//images", Kind::kNotFound, 0, ""},
      {Method::kGet, "/v2/images/a", Kind::kFound, 3, ""},
      {Method::kGet, "/v2/images/a/", Kind::kNotFound, 0, ""},
      {Method::kGet, "/v2/images//tasks", Kind::kNotFound, 0, ""},
      {Method::kPatch, "/v2/images/a", Kind::kFound, 4, ""},
      {Method::kHead, "/v2/images/a", Kind::kNotAllowed, 0, "GET, PATCH"},
      {Method::kOther, "/v2/images", Kind::kNotAllowed, 0, "GET, POST"},
      {Method::kGet, "/v2/images/a/tasks", Kind::kFound, 5, ""},
      {Method::kPost, "/v2/images/a/tasks", Kind::kNotFound, 0, ""},
      {Method::kPut, "/v2/images/a/tags/b", Kind::kFound, 6, ""},
      {Method::kDelete, "/v2/images/a/tags/b", Kind::kFound, 10, ""},
      {Method::kGet, "/v2/images/a/tags/b", Kind::kNotAllowed, 0, "PUT, DELETE"},
      {Method::kGet, "/v2/images/a/tags/b/c", Kind::kNotFound, 0, ""},
      {Method::kPut, "/v2/images/a/tags/b%2Fc", Kind::kNotFound, 0, ""},
      {Method::kGet, "/v2/images/a%2ftasks", Kind::kNotFound, 0, ""},
      {Method::kGet, "/%762/ima%67es", Kind::kFound, 1, ""},
      {Method::kGet, "/v2/images/%zz", Kind::kBadPath, 0, ""},
      {Method::kGet, "/nowhere/%ff", Kind::kBadPath, 0, ""},
      {Method::kPost, "/v2/cache/clean", Kind::kFound, 7, ""},
      {Method::kPut, "/v2/cache/clean", Kind::kNotAllowed, 0, "POST"},
      {Method::kPut, "/v2/cache/cleaner", Kind::kFound, 8, ""},
      {Method::kPut, "/v2/cache/nodes", Kind::kFound, 8, ""},
      {Method::kGet, "/v2/cache/nodes/a", Kind::kFound, 9, ""},
      {Method::kGet, "/v2", Kind::kNotFound, 0, ""},
      {Method::kGet, "", Kind::kNotFound, 0, ""},
      {Method::kOptions, "*", Kind::kNotFound, 0, ""},
      {Method::kGet, "/V2/images", Kind::kNotFound, 0, ""},
  }));
  CAPTURE(row.path, toString(row.method));
  const auto match = router.match(row.method, row.path);
  CHECK(match.kind == row.kind);
  CHECK(match.row == row.row);
  CHECK(match.allow == row.allow);
}

TEST_CASE("Router: parameters are decoded and named by the row", "[http][router]") {
  const Router router = makeRouter();
  const auto put = router.match(Method::kPut, "/v2/images/a%20b/tags/%C3%A4+");
  REQUIRE(put.kind == Kind::kFound);
  CHECK(put.param("image_id") == "a b");
  CHECK(put.param("tag") == "\xc3\xa4+");
  CHECK(put.param("id").empty());
  const auto erase = router.match(Method::kDelete, "/v2/images/x/tags/y");
  CHECK(erase.param("id") == "x");
  CHECK(erase.param("name") == "y");
}

}  // namespace glint::http
