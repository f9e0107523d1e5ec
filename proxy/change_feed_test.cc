#include "proxy/change_feed.h"

#include <deque>
#include <map>
#include <vector>

#include <catch2/catch.hpp>

#include "base/file.h"
#include "net/testing/client_fixture.h"
#include "proxy/service_account.h"
#include "proxy/testing/edge_fixture.h"

namespace glint::proxy {
namespace {

using namespace std::chrono_literals;
using net::testing::eventually;
using net::testing::pattern;
using net::testing::textResponse;

http::Response json(std::string text) {
  http::Response response;
  response.headers.add("Content-Type", "application/json");
  response.body = std::move(text);
  return response;
}

std::string page(std::uint64_t next, const std::string& events = "", bool reset = false) {
  return R"({"events": [)" + events + R"(], "next": )" + std::to_string(next) + R"(, "reset": )" +
         (reset ? "true" : "false") + "}";
}
std::string event(const std::string& kind, const std::string& image) {
  return R"({"sequence": 1, "kind": ")" + kind + R"(", "image_id": ")" + image + R"("})";
}

// An edge whose upstream has a change feed, or lists of images, as a script says.
struct FeedFixture {
  testing::EdgeFixture edge;
  metrics::Registry registry{metrics::ProgramKind::kEdge};
  metrics::EdgeMetrics metrics{registry};
  std::unique_ptr<ServiceAccount> account;
  std::unique_ptr<ChangeFeed> feed;

  Mutex mutex;
  std::deque<std::string> pages GUARDED_BY(mutex);  // answers of the feed; none: it waits
  std::vector<net::ExchangePtr> waiting GUARDED_BY(mutex);
  std::vector<std::string> asked GUARDED_BY(mutex);             // targets
  std::vector<std::string> heard GUARDED_BY(mutex);             // what the listener was told
  std::map<std::string, std::string> listed GUARDED_BY(mutex);  // image → record, before Glance
  std::atomic<int> status = 200;                                // of the feed, when it is not 200
  std::atomic<bool> has_feed = true;

  FeedFixture() {
    edge.upstream.intercept([this](const net::ExchangePtr& exchange) { return serve(exchange); });
  }
  ~FeedFixture() {
    feed.reset();
    edge.upstream.intercept({});
  }

  void start() {
    const std::string file = edge.directory.path() + "/token";
    REQUIRE(writeFileAtomic(file, "service-token", 0600));
    ServiceAccountOptions options;
    options.token_file = file;
    account = std::make_unique<ServiceAccount>(options);
    FeedOptions feed_options;
    feed_options.poll_interval = 5ms;
    feed = ChangeFeed::start({*edge.health, *edge.authorizer, *edge.store, *account, metrics,
                              [this](const ImageChange& change) {
                                MutexLock lock(mutex);
                                heard.push_back(change.image.value);
                              }},
                             feed_options, {})
               .value();
  }
  void startConnected() {
    say(page(7));
    start();
    REQUIRE(eventually([&] { return feed->state().connected; }));
  }

  // The feed's next answer.
  void say(std::string text) {
    MutexLock lock(mutex);
    if (waiting.empty()) {
      pages.push_back(std::move(text));
      return;
    }
    const auto exchange = waiting.front();
    waiting.erase(waiting.begin());
    exchange->loop().post([exchange, text] { exchange->respond(json(text)); });
  }
  void list(const std::string& image, const std::string& status_text,
            const std::string& updated_at = "1970-01-01T00:00:00Z") {
    MutexLock lock(mutex);
    listed[image] = R"({"id": ")" + image + R"(", "status": ")" + status_text +
                    R"(", "updated_at": ")" + updated_at + R"("})";
  }
  void unlist(const std::string& image) {
    MutexLock lock(mutex);
    listed.erase(image);
  }
  std::vector<std::string> told() {
    MutexLock lock(mutex);
    return heard;
  }
  std::vector<std::string> targets() {
    MutexLock lock(mutex);
    return asked;
  }
  int showsAfter(const std::string& image) {
    const int before = edge.upstream.shows;
    CHECK(edge.download(image).status == 200);
    return edge.upstream.shows - before;
  }

 private:
  bool serve(const net::ExchangePtr& exchange) {
    const http::RequestHead& head = exchange->request();
    const bool events = head.path() == "/glint/v1/events";
    if (!events && head.path() != "/v2/images") return false;
    MutexLock lock(mutex);
    asked.push_back(head.target);
    if (head.headers.get("x-auth-token") != "service-token") {
      exchange->respond(textResponse(401, "who are you?"));
    } else if (!events) {
      exchange->respond(json(listText(head.target)));
    } else if (!has_feed) {
      exchange->respond(textResponse(300, "choose"));
    } else if (status != 200) {
      exchange->respond(textResponse(status, "no"));
    } else if (pages.empty()) {
      waiting.push_back(exchange);
    } else {
      exchange->respond(json(pages.front()));
      pages.pop_front();
    }
    return true;
  }

  std::string listText(const std::string& target) REQUIRES(mutex) {
    std::string images;
    const bool hidden = target.find("os_hidden=true") != std::string::npos;
    const bool by_id = target.find("id=in%3A") != std::string::npos;
    for (const auto& [id, record] : listed) {
      if (hidden || (by_id && target.find(id) == std::string::npos)) continue;
      images += (images.empty() ? "" : ",") + record;
    }
    return R"({"images": [)" + images + "]}";
  }
};

const std::string kImage = "11111111-1111-1111-1111-111111111111";
const std::string kOther = "22222222-2222-2222-2222-222222222222";

TEST_CASE("Change feed: what changed is asked for again, the rest is not", "[proxy][feed]") {
  FeedFixture f;
  f.edge.upstream.add(kImage, pattern(0, 5000));
  f.edge.upstream.add(kOther, pattern(1, 5000));
  f.startConnected();
  CHECK(f.feed->state().source == "events");
  CHECK(f.showsAfter(kImage) == 1);
  CHECK(f.showsAfter(kOther) == 1);
  CHECK(f.showsAfter(kImage) == 0);
  const auto* kind = GENERATE("deactivated", "changed", "member_removed", "activated", "invented");
  f.say(page(8, event(kind, kImage)));
  REQUIRE(eventually([&] { return f.told() == std::vector<std::string>{kImage}; }));
  CHECK(f.showsAfter(kImage) == 1);
  CHECK(f.showsAfter(kOther) == 0);
  const auto asked = f.targets();
  CHECK(asked[0] == "/glint/v1/events");
  CHECK(asked[1] == "/glint/v1/events?after=7&wait=0");
}

TEST_CASE("Change feed: the content of a deleted image is dropped", "[proxy][feed]") {
  FeedFixture f;
  f.edge.upstream.add(kImage, pattern(0, 5000));
  f.edge.upstream.add(kOther, pattern(0, 5000));  // the same bytes
  f.startConnected();
  f.showsAfter(kImage);
  REQUIRE(eventually([&] { return f.edge.store->aliasOf(kImage).has_value(); }));
  SECTION("of no other image") {
    f.say(page(8, event("deleted", kImage)));
    CHECK(eventually([&] { return f.edge.store->list().empty(); }));
  }
  SECTION("but not when another image has the same") {
    f.showsAfter(kOther);
    REQUIRE(eventually([&] { return f.edge.store->aliasOf(kOther).has_value(); }));
    f.say(page(8, event("deleted", kImage)));
    REQUIRE(eventually([&] { return !f.told().empty(); }));
    CHECK(f.edge.store->list().size() == 1);
  }
}

TEST_CASE("Change feed: after a break everything is asked for again", "[proxy][feed]") {
  FeedFixture f;
  f.edge.upstream.add(kImage, pattern(0, 5000));
  f.startConnected();
  CHECK(f.showsAfter(kImage) == 1);
  CHECK(f.showsAfter(kImage) == 0);
  SECTION("of the connection") {
    f.status = 503;
    f.say("this is no page");
    REQUIRE(eventually([&] { return !f.feed->state().connected; }));
    CHECK_FALSE(f.feed->state().detail.empty());
    f.say(page(7));
    f.status = 200;
    REQUIRE(eventually([&] { return f.feed->state().connected; }));
    CHECK(f.targets().back().starts_with("/glint/v1/events?after=7&wait="));
  }
  SECTION("of the feed itself") {
    f.say(page(3, "", true));
    REQUIRE(eventually([&] {
      return f.registry.text().find("glint_feed_events_total{kind=\"reset\"} 1") !=
             std::string::npos;
    }));
  }
  CHECK(f.showsAfter(kImage) == 1);
}

TEST_CASE("Change feed: an account that may not is said so", "[proxy][feed]") {
  FeedFixture f;
  f.status = GENERATE(401, 403);
  f.start();
  REQUIRE(eventually([&] {
    return f.feed->state().detail.find("refuses the service account") != std::string::npos;
  }));
  CHECK_FALSE(f.feed->state().connected);
}

TEST_CASE("Change feed: without an account nothing is followed", "[proxy][feed]") {
  FeedFixture f;
  f.account = std::make_unique<ServiceAccount>(ServiceAccountOptions{});
  f.feed =
      ChangeFeed::start(
          {*f.edge.health, *f.edge.authorizer, *f.edge.store, *f.account, f.metrics, {}}, {}, {})
          .value();
  CHECK_FALSE(f.feed->state().enabled);
  CHECK(f.targets().empty());
}

TEST_CASE("Change feed: another Images API is looked at", "[proxy][feed]") {
  FeedFixture f;
  f.has_feed = false;
  f.edge.upstream.add(kImage, pattern(0, 5000));
  f.edge.upstream.add(kOther, pattern(1, 5000));
  f.list(kImage, "active");
  f.start();
  REQUIRE(eventually([&] { return f.feed->state().connected; }));
  CHECK(f.feed->state().source == "polling");
  CHECK(f.showsAfter(kImage) == 1);
  CHECK(f.showsAfter(kOther) == 1);
  // Looked at, and found as it was when the decision was made.
  const auto looked = [&f] {
    int count = 0;
    for (const auto& target : f.targets())
      if (target.find("os_hidden=true") != std::string::npos) ++count;
    return count;
  };
  REQUIRE(eventually([&] { return looked() > 2; }));
  CHECK(f.showsAfter(kImage) == 0);

  SECTION("deactivated") { f.list(kImage, "deactivated"); }
  SECTION("changed") { f.list(kImage, "active", "2026-01-01T00:00:00Z"); }
  SECTION("deleted") { f.unlist(kImage); }
  REQUIRE(eventually([&] { return !f.told().empty(); }));
  CHECK(f.told().front() == kImage);
  CHECK(f.showsAfter(kImage) == 1);
  // Never in a list: the account may not see it, which says nothing.
  CHECK(f.showsAfter(kOther) == 0);
}

TEST_CASE("Change feed: a new image is heard of by polling, once", "[proxy][feed]") {
  FeedFixture f;
  f.has_feed = false;
  f.list(kImage, "active", "2026-01-01T00:00:00Z");
  f.start();
  REQUIRE(eventually([&] { return f.feed->state().connected; }));
  f.list(kOther, "active", "2026-01-01T00:00:00Z");  // in the very second of the newest known
  REQUIRE(eventually([&] { return !f.told().empty(); }));
  const auto asked = f.targets().size();
  REQUIRE(eventually([&] { return f.targets().size() > asked + 3; }));
  CHECK(f.told() == std::vector<std::string>{kOther});
}

}  // namespace
}  // namespace glint::proxy
