#include "origin/api/event_feed.h"

#include "origin/api/test_support.h"

namespace glint::origin {
namespace {

using namespace std::chrono_literals;
using net::testing::eventually;
using nlohmann::json;

constexpr const char* kService = "service-token-000000";

// The API, and beside it the extensions, over one catalog.
struct FeedFixture : ApiFixture {
  FeedFixture() {
    REQUIRE(writeFileAtomic(dir.file("more"),
                            std::string(kService) + " u5 services service\n" + kAdmin +
                                " u0 admin admin\n" + kMemberA + " u1 a member\n",
                            0600));
    services_identity = StaticIdentity::open({dir.file("more"), {}, ""}).value();
  }
  ~FeedFixture() {
    reader.reset();
    feed->close();
    extensions->server->drain(0ms);
    extension_pool.reset();
  }
  FeedFixture(const FeedFixture&) = delete;
  FeedFixture& operator=(const FeedFixture&) = delete;

  void ask(const std::string& query, const std::string& token = kService) {
    REQUIRE(reader->send("GET /glint/v1/events" + query +
                         " HTTP/1.1\r\nHost: x\r\nX-Auth-Token: " + token + "\r\n\r\n"));
  }
  int statusOf(const std::string& query, const std::string& token = kService) {
    ask(query, token);
    return reader->receive().status;
  }
  json receive() {
    const auto answer = reader->receive();
    REQUIRE(answer.status == 200);
    CHECK(answer.header("content-type") == "application/json");
    return json::parse(answer.body);
  }
  json events(const std::string& query) {
    ask(query);
    return receive();
  }

  std::unique_ptr<StaticIdentity> services_identity = nullptr;
  std::unique_ptr<EventFeed> feed =
      EventFeed::create(*catalog, {.look_interval = 5ms, .max_waiting = 1});
  std::unique_ptr<net::WorkerPool> extension_pool =
      net::WorkerPool::create({.threads = 1, .queue_limit = 64});
  std::shared_ptr<net::WorkerHandler> extension_handler;
  std::unique_ptr<ApiServices> extension_services;
  std::unique_ptr<net::testing::ServerFixture> extensions;
  std::unique_ptr<net::testing::RawClient> reader;

  void start() {
    extension_services = std::make_unique<ApiServices>(
        ApiServices{*catalog, *metadefs, *services_identity, *policy, schema, stores, {}});
    extension_handler =
        net::WorkerHandler::create(extensionRoutes(*extension_services, *feed),
                                   apiErrorResponder(*extension_services), *extension_pool, {});
    extensions = std::make_unique<net::testing::ServerFixture>(
        [this](net::ExchangePtr exchange) { extension_handler->handle(std::move(exchange)); });
    reader = std::make_unique<net::testing::RawClient>(extensions->port());
  }
};

}  // namespace

TEST_CASE("EventFeed: services read what happened to images", "[api][events]") {
  FeedFixture f;
  f.start();
  CHECK(f.events("") == json{{"events", json::array()}, {"next", 0}, {"reset", false}});
  const std::string path = f.made(R"({"name": "x"})");
  const std::string id = path.substr(path.rfind('/') + 1);
  f.patch(path, R"([{"op": "replace", "path": "/visibility", "value": "shared"}])");
  f.call({.method = "POST", .target = path + "/members", .body = R"({"member": "b"})"});

  const json page = f.events("?after=0");
  REQUIRE(page["events"].size() == 3);
  CHECK(page["next"] == 3);
  CHECK(page["reset"] == false);
  CHECK(page["events"][0]["kind"] == "created");
  CHECK(page["events"][0]["image_id"] == id);
  CHECK(page["events"][0]["sequence"] == 1);
  CHECK_FALSE(page["events"][0].contains("member"));
  CHECK(page["events"][0]["at"].get<std::string>().size() == 20);
  CHECK(page["events"][1]["kind"] == "changed");
  CHECK(page["events"][2]["kind"] == "member_added");
  CHECK(page["events"][2]["member"] == "b");
  CHECK(f.events("?after=0&limit=2")["next"] == 2);
  CHECK(f.events("?after=99")["reset"] == true);
}

TEST_CASE("EventFeed: only services and admins may", "[api][events]") {
  FeedFixture f;
  f.start();
  CHECK(f.statusOf("", kService) == 200);
  CHECK(f.statusOf("", kAdmin) == 200);
  CHECK(f.statusOf("", kMemberA) == 403);
  CHECK(f.statusOf("", "not-a-token-of-ours0") == 401);
}

TEST_CASE("EventFeed: what cannot be understood is refused", "[api][events]") {
  FeedFixture f;
  f.start();
  const auto* query = GENERATE("?after=x", "?after=-1", "?after=99999999999999999999", "?wait=61",
                               "?wait=", "?limit=0", "?limit=1001", "?since=1");
  CAPTURE(query);
  CHECK(f.statusOf(query) == 400);
}

TEST_CASE("EventFeed: a reader waits for the next event, others' too", "[api][events]") {
  FeedFixture f;
  f.start();
  f.ask("?after=0&wait=60");
  REQUIRE(eventually([&] { return f.feed->waiting() == 1; }));
  // Written by another origin: this one is not told.
  auto other = openSqlCatalog(f.database.options());
  REQUIRE(other);
  REQUIRE((*other)->create(testContext(), testImage()));
  const json page = f.receive();
  CHECK(page["events"].size() == 1);
  CHECK(page["next"] == 1);
  CHECK(eventually([&] { return f.feed->waiting() == 0; }));
}

TEST_CASE("EventFeed: nobody waits longer than asked for", "[api][events]") {
  FeedFixture f;
  f.start();
  CHECK(f.events("?after=0&wait=0")["next"] == 0);
  const json page = f.events("?after=0&wait=1");
  CHECK(page["events"].empty());
  CHECK(page["next"] == 0);
  CHECK(page["reset"] == false);
}

TEST_CASE("EventFeed: the number of those who wait is bounded", "[api][events]") {
  FeedFixture f;
  f.start();
  f.ask("?after=0&wait=60");
  REQUIRE(eventually([&] { return f.feed->waiting() == 1; }));
  net::testing::RawClient second(f.extensions->port());
  const std::string ask =
      "GET /glint/v1/events?after=0 HTTP/1.1\r\nHost: x\r\nX-Auth-Token: " + std::string(kService) +
      "\r\n\r\n";
  REQUIRE(second.send(ask));
  CHECK(second.receive().status == 503);
  f.reader->reset();  // whoever leaves makes room
  REQUIRE(eventually([&] { return f.feed->waiting() == 0; }));
  REQUIRE(second.send(ask));
  REQUIRE(eventually([&] { return f.feed->waiting() == 1; }));
}

TEST_CASE("EventFeed: a shutdown answers those who wait", "[api][events]") {
  FeedFixture f;
  f.start();
  f.ask("?after=0&wait=60");
  REQUIRE(eventually([&] { return f.feed->waiting() == 1; }));
  f.feed->close();
  CHECK(f.receive()["events"].empty());
  CHECK(f.events("?after=0&wait=60")["events"].empty());  // at once
}

}  // namespace glint::origin
