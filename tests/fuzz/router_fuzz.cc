// Router: every path gets an answer that fits the table.
#include "base/check.h"
#include "http/router.h"
#include "tests/fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using glint::http::Method;
  using glint::http::Router;
  using Kind = Router::Match::Kind;
  static const Router kRouter({{Method::kGet, "/v2/images"},
                               {Method::kPost, "/v2/images"},
                               {Method::kGet, "/v2/images/{image_id}"},
                               {Method::kPut, "/v2/images/{image_id}/tags/{tag}"},
                               {Method::kPost, "/v2/cache/clean"},
                               {Method::kPut, "/v2/cache/{image_id}"}});
  if (size == 0) return 0;
  const auto method = static_cast<Method>(data[0] % 8);
  const auto match = kRouter.match(method, glint::fuzz::asText(data + 1, size - 1));
  GLINT_CHECK((match.kind == Kind::kNotAllowed) == !match.allow.empty(), "405 names the methods");
  GLINT_CHECK(match.kind == Kind::kFound || match.params.empty(), "parameters come with a row");
  for (const auto& [name, value] : match.params) {
    GLINT_CHECK(!value.empty() && value.find('/') == std::string::npos, "one segment");
  }
  return 0;
}
