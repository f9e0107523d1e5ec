// What every route has in common, as a client sees it.
#include "origin/api/front.h"

#include "origin/api/test_support.h"

namespace glint::origin {

TEST_CASE("API: versions need no token and carry no request id", "[api]") {
  ApiFixture api;
  for (const auto& [target, status] :
       {std::pair{"/", 300}, std::pair{"/versions", 200}, std::pair{"/v1/images", 300}}) {
    CAPTURE(target);
    const auto answer = api.call({.target = target, .token = ""});
    CHECK(answer.status == status);
    CHECK(answer.header("Content-Type") == "application/json");
    CHECK_FALSE(answer.header("x-openstack-request-id"));
    CHECK(answer.json()["versions"][0]["links"][0]["href"] == "http://images.test/v2/");
  }
  const auto redirect = api.call({.target = "/v2", .token = ""});
  CHECK(redirect.status == 302);
  CHECK(redirect.header("Location") == "http://images.test/v2/");

  ApiFixture behind_proxy({.public_endpoint = "https://images.example.org"});
  const auto answer = behind_proxy.call({.target = "/versions", .token = ""});
  CHECK(answer.json()["versions"][0]["links"][0]["href"] == "https://images.example.org/v2/");
}

TEST_CASE("API: identity comes before routing, routing before bodies", "[api]") {
  struct Row {
    const char* method;
    const char* target;
    const char* token;
    const char* body;
    int want;
    const char* allow;
  };
  const auto row = GENERATE(values<Row>({
      {"GET", "/v2/images", "", "", 401, ""},
      {"GET", "/v2/images", "wrong", "", 401, ""},
      {"GET", "/v2/nothing", "", "", 401, ""},
      {"GET", "/v2/nothing", kMemberA, "", 404, ""},
      {"GET", "/v2/", kMemberA, "", 404, ""},
      {"GET", "/v2/images/", kMemberA, "", 404, ""},
      {"GET", "/v2/images/a%2Fb", kMemberA, "", 404, ""},
      {"POST", "/v2/images/x", "", "", 401, ""},
      {"POST", "/v2/images/x", kMemberA, "", 405, "GET, PATCH, DELETE"},
      {"HEAD", "/v2/images", kMemberA, "", 405, "GET, POST"},
      {"OPTIONS", "/v2/images", kMemberA, "", 405, "GET, POST"},
      {"GET", "/v2/images/x/tags/t", kMemberA, "", 405, "PUT, DELETE"},
      {"GET", "/v2/images/x", kMemberA, "", 404, ""},
      {"GET", "/v2/images/x", kMemberA, "body", 400, ""},
      {"DELETE", "/v2/images/x", kMemberA, "body", 400, ""},
      {"PUT", "/v2/images/x/tags/t", kMemberA, "body", 400, ""},
      {"GET", "/v2/schemas/image", kMemberA, "body", 400, ""},
      {"GET", "/v2/images", kMemberA, "body", 200, ""},
      {"GET", "/v2/images?name=%ff", kMemberA, "", 400, ""},
      {"GET", "/v2.7/images", kMemberA, "", 200, ""},
  }));
  CAPTURE(row.method, row.target, row.token, row.body);
  ApiFixture api;
  const std::string method = row.method;
  const std::string length = "Content-Length: " + std::to_string(std::string(row.body).size());
  std::string request = method + " " + row.target + " HTTP/1.1\r\nHost: h\r\n" + length + "\r\n";
  if (*row.token != '\0') request += "X-Auth-Token: " + std::string(row.token) + "\r\n";
  REQUIRE(api.client->send(request + "\r\n" + row.body));
  using Request = net::testing::RawClient::Request;
  const auto answer = api.client->receive(method == "HEAD" ? Request::kHead : Request::kOther);
  CHECK(answer.status == row.want);
  CHECK(answer.header("Allow").value_or("") == row.allow);
  const bool challenged =
      answer.header("WWW-Authenticate") == "Keystone uri=\"http://keystone.test/v3\"";
  CHECK(challenged == (row.want == 401));
  CHECK(answer.header("x-openstack-request-id").has_value() == (row.want != 401));
}

TEST_CASE("API: the request id is adopted with its prefix, and bounded", "[api]") {
  ApiFixture api;
  const auto idOf = [&](const std::string& given) {
    const auto answer =
        api.call({.target = "/v2/schemas/image", .headers = {"X-Openstack-Request-ID: " + given}});
    return std::to_string(answer.status) + " " +
           answer.header("x-openstack-request-id").value_or("none");
  };
  CHECK(idOf("req-abc") == "200 req-abc");
  CHECK(idOf("abc") == "200 req-abc");
  CHECK(idOf(std::string(65, 'a')).starts_with("431 req-"));
  CHECK(idOf(std::string(64, 'a')) == "200 req-" + std::string(64, 'a'));
}

TEST_CASE("API: error bodies follow Accept", "[api]") {
  ApiFixture api;
  const auto answerTo = [&](const std::string& accept) {
    ApiCall call{.target = "/v2/images/x"};
    if (!accept.empty()) call.headers.push_back("Accept: " + accept);
    return api.call(call);
  };
  const auto plain = answerTo("");
  CHECK(plain.header("Content-Type") == "text/plain; charset=UTF-8");
  CHECK(plain.body.starts_with("404 Not Found\n"));
  CHECK(answerTo("*/*").body.find("<h1>404 Not Found</h1>") != std::string::npos);
  const auto json = answerTo("application/json").json();
  CHECK(json["code"] == "404 Not Found");
  CHECK(json["title"] == "Not Found");
  CHECK(json["message"] == "No image found with ID x");
}

TEST_CASE("API: 413 is plain text whatever the client accepts", "[api]") {
  ApiFixture api({.image_tag_quota = 0});
  const auto answer = api.call({.method = "POST",
                                .target = "/v2/images",
                                .body = R"({"tags":["t"]})",
                                .headers = {"Accept: */*"}});
  CHECK(answer.status == 413);
  CHECK(answer.header("Content-Type") == "text/plain; charset=UTF-8");
}

namespace {

// Like an identity service: whether a token is good is known only once it was asked.
class AskedIdentity final : public Identity {
 public:
  Result<Caller> authenticate(const RequestContext&, const http::HeaderMap& headers,
                              const net::Peer&) override {
    const auto token = headers.get("X-Auth-Token");
    if (token == "down") return fail(ErrorCode::kOverloaded, "down");
    if (token != "good") return fail(ErrorCode::kForbidden, "not good");
    return Caller{.user_id = "u", .project_id = "p"};
  }
  bool mayBeKnown(const http::HeaderMap& headers) const override {
    return headers.get("X-Auth-Token").has_value();
  }
  std::string challenge() const override { return {}; }
};

}  // namespace

TEST_CASE("API: a bad token is told before an unknown path", "[api]") {
  struct Row {
    const char* method;
    const char* target;
    const char* token;
    int want;
  };
  const auto row = GENERATE(values<Row>({
      {"GET", "/v2/nothing", "", 401},
      {"GET", "/v2/nothing", "bad", 401},
      {"GET", "/v2/nothing", "good", 404},
      {"GET", "/v2/nothing", "down", 503},
      {"DELETE", "/v2/images", "bad", 401},
      {"DELETE", "/v2/images", "good", 405},
      {"GET", "/v2/%zz", "good", 400},
  }));
  CAPTURE(row.target, row.token);
  ApiFixture api;
  AskedIdentity identity;
  const ApiServices services{.catalog = api.services.catalog,
                             .metadefs = api.services.metadefs,
                             .identity = identity,
                             .policy = api.services.policy,
                             .schema = api.services.schema,
                             .stores = api.services.stores};
  const auto pool = net::WorkerPool::create({.threads = 2, .queue_limit = 8});
  const auto nothing = [](ApiRequest&) -> ApiResult<http::Response> { return noContent(); };
  const auto routes =
      net::WorkerHandler::create(apiRoutes(services, {nothing, nothing}),
                                 apiErrorResponder(services), *pool, {.gate = apiGate(services)});
  net::testing::ServerFixture server{[&](net::ExchangePtr exchange) {
    ApiFront(routes, services, {}).handle(std::move(exchange));
  }};
  net::testing::RawClient client(server.port());
  std::string request = std::string(row.method) + " " + row.target + " HTTP/1.1\r\nHost: h\r\n";
  if (*row.token != '\0') request += "X-Auth-Token: " + std::string(row.token) + "\r\n";
  REQUIRE(client.send(request + "\r\n"));
  const auto answer = client.receive();
  CHECK(answer.status == row.want);
  CHECK(answer.header("Allow").has_value() == (row.want == 405));
  server.server->drain(std::chrono::milliseconds(0));
}

}  // namespace glint::origin
