// The query of a list: what is taken keeps the page's bounds, and becomes SQL with a value for
// every placeholder and no text of the client's in it.
#include "base/check.h"
#include "http/url.h"
#include "origin/api/list_request.h"
#include "origin/catalog/list_sql.h"
#include "tests/fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace glint;
  const auto pairs = http::parseQuery(fuzz::asText(data, size));
  if (!pairs) return 0;
  origin::ApiOptions options;
  options.limit_param_default = 5;
  options.api_limit_max = 10;
  auto query = origin::parseListQuery(*pairs, options);
  if (!query) return 0;
  GLINT_CHECK(query->limit <= options.api_limit_max, "the page has its bound");
  GLINT_CHECK(!query->sort.empty(), "pages have an order");
  for (const bool admin : {false, true}) {
    query->admin = admin;
    query->project = "project";
    const auto sql = origin::listSql(*query, origin::kSqliteDialect, "id", std::nullopt);
    if (!sql) continue;
    auto other = *query;
    for (auto& [name, value] : other.properties) name = value = "other";
    for (auto& tag : other.tags) tag = "other";
    for (auto& filter : other.texts)
      for (auto& value : filter.any_of) value = "other";
    GLINT_CHECK(
        origin::listSql(other, origin::kSqliteDialect, "id", std::nullopt)->text == sql->text,
        "what the client writes is bound, never part of the statement");
    const std::string last = ":v" + std::to_string(sql->values.size());
    GLINT_CHECK(sql->values.empty() || sql->text.find(last) == std::string::npos,
                "no placeholder is without a value");
  }
  return 0;
}
