#include "http/error_body.h"

#include <catch2/catch.hpp>

#include "http/json.h"
#include "http/status_map.h"

namespace glint::http {

TEST_CASE("Error body: the form follows Accept", "[http][error]") {
  struct Row {
    const char* accept;
    const char* type;
  };
  constexpr const char* kPlain = "text/plain; charset=UTF-8";
  constexpr const char* kHtml = "text/html; charset=UTF-8";
  constexpr const char* kJson = "application/json";
  const auto row = GENERATE_COPY(values<Row>({
      {nullptr, kPlain},
      {"", kPlain},
      {"text/plain", kPlain},
      {"image/png, text/plain;q=0.5", kPlain},
      {"text/html", kHtml},
      {"TEXT/HTML;q=0.1", kHtml},
      {"text/*", kHtml},
      {"*/*", kHtml},
      {"application/json, */*", kHtml},
      {"application/json;q=1, text/html;q=0.1", kHtml},
      {"application/json", kJson},
      {"application/*", kJson},
      {"text/plain, application/json; charset=utf-8", kJson},
      {"application/json, text/html;q=0", kJson},
      {"application/json, text/html; q=0.000", kJson},
      {"application/json;q=0", kPlain},
      {"application/jsonx", kPlain},
  }));
  CAPTURE(row.accept == nullptr ? "(absent)" : row.accept);
  const auto accept =
      row.accept == nullptr ? std::nullopt : std::optional<std::string_view>(row.accept);
  CHECK(makeErrorBody(404, "gone", accept).content_type == row.type);
}

TEST_CASE("Error body: shapes, with the explanation escaped", "[http][error]") {
  const std::string_view hostile = "no <script>\"&'\n";
  CHECK(makeErrorBody(404, hostile, std::nullopt).text ==
        "404 Not Found\n\nno <script>\"&'\n\n\n   ");
  CHECK(makeErrorBody(404, hostile, "*/*").text ==
        "<html>\n <head>\n  <title>404 Not Found</title>\n </head>\n <body>\n"
        "  <h1>404 Not Found</h1>\n  no &lt;script&gt;&quot;&amp;&#x27;\n<br /><br />\n\n\n"
        " </body>\n</html>");
  const auto json = makeErrorBody(404, hostile, "application/json").text;
  CHECK(json ==
        "{\"message\": \"no <script>\\\"&'\\n\", \"code\": \"404 Not Found\", "
        "\"title\": \"Not Found\"}");
}

TEST_CASE("Error response: insides stay inside", "[http][error]") {
  const auto text = [](ErrorCode code) {
    const auto response = errorResponse(Error{code, "about /var/lib"}, HeaderMap());
    CHECK(response.status == toHttpStatus(code));
    CHECK(response.headers.get("Content-Type") == "text/plain; charset=UTF-8");
    return std::get<std::string>(response.body);
  };
  CHECK(text(ErrorCode::kConflict) == "409 Conflict\n\nabout /var/lib\n\n   ");
  for (const auto code : {ErrorCode::kInternal, ErrorCode::kCorrupt, ErrorCode::kUpstream,
                          ErrorCode::kNoSpace, ErrorCode::kTimeout, ErrorCode::kOverloaded}) {
    CHECK(text(code).find("/var") == std::string::npos);
  }
}

TEST_CASE("Status map: every error code has its status", "[http][error]") {
  struct Row {
    ErrorCode code;
    int status;
  };
  const auto row = GENERATE(values<Row>({
      {ErrorCode::kInvalidArgument, 400},
      {ErrorCode::kForbidden, 403},
      {ErrorCode::kNotFound, 404},
      {ErrorCode::kConflict, 409},
      {ErrorCode::kTooLarge, 413},
      {ErrorCode::kNoSpace, 413},
      {ErrorCode::kCancelled, 499},
      {ErrorCode::kInternal, 500},
      {ErrorCode::kCorrupt, 502},
      {ErrorCode::kUpstream, 502},
      {ErrorCode::kOverloaded, 503},
      {ErrorCode::kTimeout, 504},
  }));
  CHECK(toHttpStatus(row.code) == row.status);
}

}  // namespace glint::http
