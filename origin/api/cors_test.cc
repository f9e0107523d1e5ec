#include "origin/api/cors.h"

#include "base/file.h"
#include "origin/api/test_support.h"

namespace glint::origin {

namespace {

CorsOptions load(const std::string& text) {
  TempDir dir;
  REQUIRE(writeFileAtomic(dir.file("a.conf"), text));
  CorsOptions options;
  OptionTable table;
  addOptions(table, options);
  const auto outcome = table.load({.sources = {{ConfigSource::Kind::kFile, dir.file("a.conf")}},
                                   .overrides = {},
                                   .environment = {}});
  REQUIRE(outcome.ok());
  return options;
}

http::RequestHead asks(http::Method method,
                       const std::vector<std::pair<const char*, std::string>>& fields) {
  http::RequestHead head;
  head.method = method;
  head.target = "/v2/images";
  for (const auto& [name, value] : fields) head.headers.add(name, value);
  return head;
}

// "Name: value" lines, without the prefix they share.
std::string shown(const http::HeaderMap& headers) {
  std::string text;
  for (const auto& [name, value] : headers) {
    const std::string prefix = "Access-Control-";
    text += (name.starts_with(prefix) ? name.substr(prefix.size()) : name) + ": " + value + "\n";
  }
  return text;
}

}  // namespace

TEST_CASE("CORS: without an origin nothing is permitted", "[api][cors]") {
  CHECK_FALSE(CrossOrigin(load("")).enabled());
  CHECK_FALSE(
      CrossOrigin(load("[cors]\nallow_credentials = false\n[cors.a]\nmax_age = 1\n")).enabled());
}

TEST_CASE("CORS: a preflight is permitted when all it asks for is", "[api][cors]") {
  const CrossOrigin rules(load("[cors]\nallowed_origin = https://a.test,https://b.test\n"));
  struct Row {
    const char* origin;
    const char* method;
    const char* headers;
    const char* want;
  };
  const auto row = GENERATE(values<Row>({
      {"https://a.test", "PUT", "x-auth-token, Content-Type",
       "Vary: Origin\nAllow-Origin: https://a.test\nAllow-Credentials: true\nMax-Age: 3600\n"
       "Allow-Methods: PUT\nAllow-Headers: x-auth-token,Content-Type\n"},
      {"https://b.test", "GET", "",
       "Vary: Origin\nAllow-Origin: https://b.test\nAllow-Credentials: true\nMax-Age: 3600\n"
       "Allow-Methods: GET\n"},
      {"https://c.test", "GET", "", ""},
      {"https://A.test", "GET", "", ""},
      {"https://a.test", "HEAD", "", ""},
      {"https://a.test", "get", "", ""},
      {"https://a.test", "", "", ""},
      {"https://a.test", "GET", "X-Secret", ""},
      {"", "GET", "", ""},
  }));
  CAPTURE(row.origin, row.method, row.headers);
  std::vector<std::pair<const char*, std::string>> fields;
  if (*row.origin != '\0') fields.emplace_back("Origin", row.origin);
  if (*row.method != '\0') fields.emplace_back("Access-Control-Request-Method", row.method);
  if (*row.headers != '\0') fields.emplace_back("Access-Control-Request-Headers", row.headers);
  const auto answer = rules.preflight(asks(http::Method::kOptions, fields));
  CHECK(answer.status == 200);
  CHECK(shown(answer.headers) == row.want);
}

TEST_CASE("CORS: other answers get the permission of their origin", "[api][cors]") {
  const CrossOrigin rules(
      load("[cors]\nallowed_origin = https://a.test\nexpose_headers = X-One,X-Two\n"
           "[cors.any]\nallowed_origin = *\nallow_credentials = false\nexpose_headers =\n"
           "[cors.late]\nallowed_origin = https://a.test\nexpose_headers = X-Late\n"
           "[cors.b]\nallowed_origin = https://b.test\n"));
  const auto answerTo = [&](const std::string& origin, const std::string& vary = "") {
    http::HeaderMap answer;
    if (!vary.empty()) answer.add("Vary", vary);
    rules.permit(asks(http::Method::kGet, {{"Origin", origin}}), answer);
    return shown(answer);
  };
  CHECK(answerTo("https://a.test") ==
        "Vary: Origin\nAllow-Origin: https://a.test\nAllow-Credentials: true\n"
        "Expose-Headers: X-One,X-Two\n");
  // What a group does not say it has from [cors].
  CHECK(answerTo("https://b.test", "Accept-Encoding") ==
        "Vary: Accept-Encoding,Origin\nAllow-Origin: https://b.test\nAllow-Credentials: true\n"
        "Expose-Headers: X-One,X-Two\n");
  CHECK(answerTo("https://other.test") == "Vary: Origin\nAllow-Origin: *\n");
  http::HeaderMap untouched;
  rules.permit(asks(http::Method::kGet, {}), untouched);
  CHECK(untouched.empty());
}

TEST_CASE("CORS: the handler answers preflights and passes the rest on", "[api][cors]") {
  ApiFixture api;
  const CrossOrigin rules(load("[cors]\nallowed_origin = https://a.test\n"));
  struct Passing final : net::Handler {
    explicit Passing(ApiFront& to) : front(to) {}
    void handle(net::ExchangePtr exchange) override { front.handle(std::move(exchange)); }
    ApiFront& front;
  };
  const auto handler = crossOriginHandler(std::make_unique<Passing>(api.front), rules);
  net::testing::ServerFixture server(
      [&](net::ExchangePtr exchange) { handler->handle(std::move(exchange)); });
  net::testing::RawClient client(server.port());
  const auto ask = [&](const std::string& method, const std::string& fields) {
    REQUIRE(client.send(method + " /v2/images HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n"));
    return client.receive();
  };
  const auto preflight =
      ask("OPTIONS", "Origin: https://a.test\r\nAccess-Control-Request-Method: GET\r\n");
  CHECK(preflight.status == 200);
  CHECK(preflight.header("Access-Control-Allow-Methods") == "GET");
  CHECK(ask("OPTIONS", "").status == 200);
  // A refusal can be read by the page, too.
  const auto refused = ask("GET", "Origin: https://a.test\r\n");
  CHECK(refused.status == 401);
  CHECK(refused.header("Access-Control-Allow-Origin") == "https://a.test");
  CHECK_FALSE(ask("GET", "").header("Access-Control-Allow-Origin"));
  const auto foreign = ask("GET", "Origin: https://b.test\r\n");
  CHECK(foreign.status == 401);
  CHECK_FALSE(foreign.header("Access-Control-Allow-Origin"));
}

}  // namespace glint::origin
