#include "origin/api/list_request.h"

#include <string>

#include <catch2/catch.hpp>

namespace glint::origin {

namespace {

Result<ListQuery> parsed(const std::string& text) {
  const auto pairs = http::parseQuery(text);
  REQUIRE(pairs);
  return parseListQuery(*pairs, {});
}

std::string joined(const Result<std::vector<std::string>>& values) {
  if (!values) return "refused";
  std::string text;
  for (const auto& value : *values) text += "[" + value + "]";
  return text;
}

}  // namespace

TEST_CASE("List query: quoted values of in:", "[api][list]") {
  struct Row {
    const char* list;
    const char* want;
  };
  const auto row = GENERATE(values<Row>({
      {"a", "[a]"},
      {"a,b", "[a][b]"},
      {"", "[]"},
      {"a,,b", "[a][][b]"},
      {R"("a,b",c)", "[a,b][c]"},
      {R"(c,"a,b")", "[c][a,b]"},
      {R"("a\"b")", "[a\"b]"},
      {R"("")", "[]"},
      {R"(a"b")", "refused"},
      {R"("a"b)", "refused"},
      {R"("a)", "refused"},
      {R"("a""b")", "refused"},
  }));
  CAPTURE(row.list);
  CHECK(joined(splitQuoted(row.list)) == row.want);
}

TEST_CASE("List query: operators of text filters", "[api][list]") {
  struct Row {
    const char* value;
    const char* want;
  };
  const auto row = GENERATE(values<Row>({
      {"x", "[x]"},
      {"", "[]"},
      {"eq:x", "[x]"},
      {"eq:a:b", "[a:b]"},
      {"in:a,b", "[a][b]"},
      {"a:b", "refused"},
      {"neq:x", "refused"},
      {"gt:x", "refused"},
      {"2026-01-02T03:04:05Z", "[2026-01-02T03:04:05Z]"},
  }));
  CAPTURE(row.value);
  CHECK(joined(parseTextFilter(row.value)) == row.want);
}

TEST_CASE("List query: parameters that are refused", "[api][list]") {
  const auto query = GENERATE(values<std::string>({
      "limit=x",
      "limit=-1",
      "limit=1.0",
      "limit=",
      "sort=colour",
      "sort=name:up",
      "sort=",
      "sort_key=colour",
      "sort_dir=up",
      "sort=name&sort_key=name",
      "sort=name&sort_dir=asc",
      "sort_key=name&sort_key=id&sort_key=size&sort_dir=asc&sort_dir=asc",
      "member_status=x",
      "visibility=x",
      "os_hidden=x",
      "protected=True",
      "changes-since=2026-01-01",
      "name=neq:x",
      "id=x:y",
      "created_at=x",
      "created_at=in:2026-01-01",
      "updated_at=gt:x",
      "size_min=x",
      "colour_min=1",
      "status=in:%22a",
  }));
  CAPTURE(query);
  const auto result = parsed(query);
  REQUIRE_FALSE(result);
  CHECK(result.error().code == ErrorCode::kInvalidArgument);
}

TEST_CASE("List query: limits are clamped, defaults hold", "[api][list]") {
  CHECK(parsed("")->limit == 25);
  CHECK(parsed("limit=0")->limit == 0);
  CHECK(parsed("limit=7")->limit == 7);
  CHECK(parsed("limit=5000")->limit == 1000);
  CHECK(parsed("limit=99999999999999999999999")->limit == 1000);
  CHECK_FALSE(parsed("")->os_hidden);
  CHECK(parsed("os_hidden=TRUE")->os_hidden);
  CHECK(parsed("protected=false")->is_protected == false);
  CHECK(parsed("marker=m")->marker == image::ImageId{"m"});
  CHECK(parsed("deleted=true&visibility=")->texts.size() == 1);
  CHECK(parsed("tag=a&tag=b")->tags == std::vector<std::string>{"a", "b"});
  CHECK(parsed("is_public=1&name=a&name=b")->properties.size() == 1);
  CHECK(parsed("name=a&name=b")->texts.at(0).any_of == std::vector<std::string>{"b"});
  CHECK(parsed("size=x")->texts.at(0).any_of.empty());
  CHECK(parsed("size_min=1&min_ram_max=5")->integers.size() == 2);
  CHECK(parsed("created_at=gte:2026-01-02T03:04:05")->times.at(0).comparison == Comparison::kGe);
  CHECK(parsed("created_at=2026-01-02")->times.at(0).comparison == Comparison::kEq);
}

TEST_CASE("List query: sorting, with tie-breakers behind", "[api][list]") {
  struct Row {
    const char* query;
    const char* want;  // letters of columns: n(ame) s(ize) c(reated) i(d), capital: descending
  };
  const auto row = GENERATE(values<Row>({
      {"", "CI"},
      {"sort=name:asc", "nci"},
      {"sort=name", "NCI"},
      {"sort=name:asc,size:desc", "nSCI"},
      {"sort=id:asc", "ic"},
      {"sort=name:", "NCI"},
      {"sort=name:asc,id:asc", "niC"},
      {"sort_key=name&sort_dir=asc", "nci"},
      {"sort_key=name&sort_key=size", "NSCI"},
      {"sort_key=name&sort_key=size&sort_dir=asc", "nsci"},
      {"sort_key=name&sort_key=size&sort_dir=asc&sort_dir=desc", "nSCI"},
      {"sort_dir=asc", "ci"},
  }));
  CAPTURE(row.query);
  const auto query = parsed(row.query);
  REQUIRE(query);
  std::string letters;
  for (const auto& key : query->sort) {
    char letter = '?';
    if (key.column == SortColumn::kName) letter = 'n';
    if (key.column == SortColumn::kSize) letter = 's';
    if (key.column == SortColumn::kCreatedAt) letter = 'c';
    if (key.column == SortColumn::kId) letter = 'i';
    letters += key.direction == Direction::kDescending ? static_cast<char>(letter - 32) : letter;
  }
  CHECK(letters == row.want);
}

}  // namespace glint::origin
