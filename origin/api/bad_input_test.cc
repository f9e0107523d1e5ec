// What strangers send: JSON that is none, too much of it, and texts that mean something to others.
#include "http/url.h"
#include "origin/api/test_support.h"

namespace glint::origin {

namespace {

using nlohmann::json;

struct BodyRoute {
  std::string method;
  std::string target;
  std::vector<std::string> headers;
};

// Every route that reads JSON.
std::vector<BodyRoute> bodyRoutes(const std::string& image) {
  return {{"POST", "/v2/images", {}},
          {"PATCH", image, {std::string("Content-Type: ") + kPatchV21}},
          {"PATCH", image, {std::string("Content-Type: ") + kPatchV20}},
          {"POST", image + "/members", {}},
          {"PUT", image + "/members/b", {}}};
}

std::string repeated(std::string_view piece, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += piece;
  return text;
}

// Texts with meaning to SQL, to LIKE, to shells, to HTML and to paths.
const std::vector<std::string> kTexts = {"'; DROP TABLE images; --",
                                         "\" OR 1=1 --",
                                         "100%",
                                         "%",
                                         "_",
                                         "a_b",
                                         "\\",
                                         "\\'",
                                         "$(id)`id`",
                                         "<script>alert(1)</script>",
                                         ":v0",
                                         "?",
                                         "../../etc/passwd",
                                         "a,b\"c",
                                         "-- ",
                                         "\xc3\xa4\xe2\x82\xac"};

}  // namespace

TEST_CASE("Bad input: bodies that are no JSON for us are refused everywhere", "[api][hostile]") {
  ApiFixture api;
  const auto image = api.made();
  const std::vector<std::string> bodies = {
      "",
      "{",
      "nonsense",
      "{\"name\": \"a\"} x",
      "1",
      "null",
      "\"text\"",
      "true",
      repeated("[", 100'000),
      repeated("{\"a\":", 100'000),
      repeated("[", 40) + repeated("]", 40),
      R"({"name": "a", "name": "b"})",
      R"([{"op": "add", "op": "add", "path": "/x", "value": "y"}])",
      R"({"min_ram": 1e999})",
      R"([{"op": "replace", "path": "/min_ram", "value": 1e999}])",
      "{\"name\": \"\xff\xfe\"}",
      "[{\"op\": \"add\", \"path\": \"/x\", \"value\": \"\xc3\"}]",
      "{\"name\": \"\xed\xa0\x80\"}",
      R"({"name": "a\u0000b"})",
      R"({"member": "a\u0000b"})",
      std::string("{\"name\": \"a\0b\"}", 15),
      std::string("\0", 1),
      "\xef\xbb\xbf{}",
  };
  for (const auto& [method, target, headers] : bodyRoutes(image))
    for (const auto& body : bodies) {
      CAPTURE(method, target, body.substr(0, 60));
      CHECK(api.status({.method = method, .target = target, .body = body, .headers = headers}) ==
            400);
    }
  CHECK(api.call({.target = image}).json()["name"].is_null());
}

TEST_CASE("Bad input: numbers that no field holds are refused", "[api][hostile]") {
  ApiFixture api;
  const auto value = GENERATE(as<std::string>(), "2147483648", "9223372036854775808", "-1",
                              "123456789012345678901234567890", "1e30", "1.5", "-0.5", "true",
                              "\"1\"", "null", "[]", "{}");
  const auto field = GENERATE(as<std::string>(), "min_ram", "min_disk");
  CAPTURE(field, value);
  CHECK(api.create("{\"" + field + "\": " + value + "}").status == 400);
  CHECK(api.patch(api.made(),
                  R"([{"op":"replace","path":"/)" + field + R"(","value":)" + value + "}]")
            .status == 400);
}

TEST_CASE("Bad input: a body longer than any we read is refused unread", "[api][hostile]") {
  ApiFixture api;
  const auto image = api.made();
  for (const auto& [method, target, headers] : bodyRoutes(image)) {
    CAPTURE(method, target);
    net::testing::RawClient client(api.server->port());
    std::string head = method + " " + target + " HTTP/1.1\r\nHost: h\r\nX-Auth-Token: " + kMemberA +
                       "\r\nContent-Length: 104857600\r\n";
    for (const auto& header : headers) head += header + "\r\n";
    REQUIRE(client.send(head + "\r\n{\"name\": \""));
    CHECK(client.receive().status == 413);
  }
  // Without its length said beforehand: as soon as it is too long.
  net::testing::RawClient client(api.server->port());
  REQUIRE(client.send(std::string("POST /v2/images HTTP/1.1\r\nHost: h\r\nX-Auth-Token: ") +
                      kMemberA + "\r\nTransfer-Encoding: chunked\r\n\r\n"));
  const std::string chunk = "40000\r\n" + std::string(0x40000, ' ') + "\r\n";
  for (int i = 0; i < 5; ++i) client.send(chunk);
  CHECK(client.receive().status == 413);
}

TEST_CASE("Bad input: texts are kept and found as they are", "[api][hostile]") {
  ApiFixture api;
  std::map<std::string, std::string> named;  // text → id
  for (const auto& text : kTexts) {
    const json body = {{"name", text}, {"tags", {text}}, {"prop", text}, {"p" + text, "value"}};
    const auto answer = api.create(body.dump());
    CAPTURE(text);
    REQUIRE(answer.status == 201);
    const auto image = api.call({.target = answer.json()["self"].get<std::string>()}).json();
    CHECK(image["name"] == text);
    CHECK(image["tags"] == json({text}));
    CHECK(image["prop"] == text);
    CHECK(image["p" + text] == "value");
    named[text] = image["id"];
  }
  const auto found = [&](const http::QueryPairs& query) {
    const auto answer = api.call({.target = "/v2/images?" + http::formatQuery(query)});
    if (answer.status != 200) return std::to_string(answer.status);
    const auto images = answer.json()["images"];
    return images.size() == 1 ? images[0]["id"].get<std::string>()
                              : std::to_string(images.size()) + " images";
  };
  for (const auto& [text, id] : named) {
    CAPTURE(text);
    CHECK(found({{"name", "eq:" + text}}) == id);
    CHECK(found({{"tag", text}}) == id);
    CHECK(found({{"prop", text}}) == id);
    CHECK(found({{"p" + text, "value"}}) == id);
    for (const char* column : {"status", "disk_format", "container_format", "id"})
      CHECK(found({{column, "eq:" + text}}) == "0 images");
    for (const char* column : {"owner", "checksum", "os_hash_algo", "os_hash_value", "size"})
      CHECK(found({{column, text}}) == "0 images");
    CHECK(found({{"marker", text}}) == "400");
    CHECK(found({{"sort", text}}) == "400");
    CHECK(found({{"sort_key", text}}) == "400");
    CHECK(found({{"limit", text}}) == "400");
    CHECK(found({{"visibility", text}}) == "400");
    CHECK(found({{"created_at", text}}) == "400");
    CHECK(found({{"size_min", text}}) == "400");
  }
}

TEST_CASE("Bad input: texts in paths and of members are taken as they are", "[api][hostile]") {
  ApiFixture api;
  const auto path = api.made();
  for (const auto& text : kTexts) {
    CAPTURE(text);
    // A segment that holds a slash is no tag and no id, however it is written.
    const bool slash = text.find('/') != std::string::npos;
    const auto segment = http::percentEncode(text);
    const auto tag = path + "/tags/" + segment;
    CHECK(api.status({.method = "PUT", .target = tag}) == (slash ? 404 : 204));
    CHECK(api.status({.method = "DELETE", .target = tag}) == (slash ? 404 : 204));
    CHECK(api.status({.target = "/v2/images/" + segment}) == 404);
    const auto body = json{{"member", text}}.dump();
    CHECK(api.status({.method = "POST", .target = path + "/members", .body = body}) == 200);
    CHECK(api.status({.target = path + "/members/" + segment}) == (slash ? 404 : 200));
    CHECK(api.status({.method = "DELETE", .target = path + "/members/" + segment}) ==
          (slash ? 404 : 204));
  }
  CHECK(api.call({.target = path}).json()["tags"] == json::array());
}

}  // namespace glint::origin
