#include "proxy/fleet_report.h"

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

const std::string kImage = "11111111-1111-1111-1111-111111111111";
const std::string kOther = "22222222-2222-2222-2222-222222222222";

// An edge whose upstream takes reports, or answers them with `status`.
struct ReportFixture {
  testing::EdgeFixture edge;
  metrics::Registry registry{metrics::ProgramKind::kEdge};
  metrics::EdgeMetrics metrics{registry};
  std::unique_ptr<ServiceAccount> account;
  std::unique_ptr<FleetReporter> reporter;
  std::atomic<int> status = 204;
  std::atomic<int> reports = 0;
  Mutex mutex;
  std::vector<std::string> targets GUARDED_BY(mutex);

  ReportFixture() {
    edge.upstream.intercept([this](const net::ExchangePtr& exchange) {
      const http::RequestHead& head = exchange->request();
      if (!head.path().starts_with("/glint/v1/edges/")) return false;
      MutexLock lock(mutex);
      targets.push_back(std::string(head.headers.get("x-auth-token").value_or("")) + " " +
                        head.target);
      ++reports;
      exchange->respond(textResponse(status, ""));
      return true;
    });
  }
  ~ReportFixture() {
    reporter.reset();
    edge.upstream.intercept({});
  }
  image::EdgeReport report() const {
    return reportOf("http://edge:9393", 1h, *edge.store, *edge.authorizer);
  }
  void hold(const std::string& image) {
    CHECK(edge.download(image).status == 200);
    REQUIRE(eventually([&] { return edge.store->aliasOf(image).has_value(); }));
  }
  void start(FleetOptions options) {
    const std::string file = edge.directory.path() + "/token";
    REQUIRE(writeFileAtomic(file, "service-token", 0600));
    ServiceAccountOptions who;
    who.token_file = file;
    account = std::make_unique<ServiceAccount>(who);
    reporter =
        FleetReporter::start({*edge.health, *edge.authorizer, *edge.store, *account, metrics, 1h},
                             options, {})
            .value();
  }
};

}  // namespace

TEST_CASE("Fleet report: held images, and until when they boot offline", "[proxy][fleet]") {
  ReportFixture f;
  f.edge.upstream.add(kImage, pattern(0, 5000));
  f.edge.upstream.add(kOther, pattern(1, 700));
  CHECK(f.report().images.empty());
  f.hold(kImage);
  f.hold(kOther);
  const auto report = f.report();
  CHECK(report.url == "http://edge:9393");
  CHECK(report.offline_grace == 1h);
  CHECK(report.used_bytes == 5700);
  REQUIRE(report.images.size() == 2);
  for (const auto& held : report.images) {
    CHECK(held.size == (held.image.value == kImage ? 5000u : 700u));
    REQUIRE(held.bootable_until);
    const auto now = std::chrono::system_clock::now();
    CHECK(*held.bootable_until > now + 50min);
    CHECK(*held.bootable_until <= now + 1h);
  }
  CHECK(bootableOffline(*f.edge.store, *f.edge.authorizer) == 2);
  f.edge.clock.advance(2h);
  CHECK(bootableOffline(*f.edge.store, *f.edge.authorizer) == 0);
  REQUIRE(f.report().images.size() == 2);
  CHECK_FALSE(f.report().images[0].bootable_until);
}

TEST_CASE("Fleet report: it is told again and again, as the service account", "[proxy][fleet]") {
  ReportFixture f;
  f.start({.name = "north", .url = "http://edge:9393", .interval = 5ms});
  CHECK(eventually([&] { return f.reports >= 3; }));
  MutexLock lock(f.mutex);
  CHECK(f.targets.front() == "service-token /glint/v1/edges/north");
}

TEST_CASE("Fleet report: one that fails does not end it", "[proxy][fleet]") {
  ReportFixture f;
  f.status = 503;
  f.start({.name = "north", .url = "http://edge:9393", .interval = 5ms});
  CHECK(eventually([&] { return f.reports >= 2; }));
}

TEST_CASE("Fleet report: a name must fit into a path", "[proxy][fleet]") {
  FleetOptions options{.name = "a/b", .url = "http://edge:9393"};
  const auto finished = finish(options);
  REQUIRE_FALSE(finished);
  CHECK(finished.error().message.find("fleet.name") != std::string::npos);
  FleetOptions unnamed{.name = "", .url = ""};
  REQUIRE(finish(unnamed));
  CHECK_FALSE(unnamed.name.empty());
}

}  // namespace glint::proxy
