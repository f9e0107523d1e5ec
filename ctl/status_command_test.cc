#include <catch2/catch.hpp>

#include "ctl/commands.h"
#include "ctl/fake_remote.h"

using namespace glint;
using namespace glint::ctl;
using Catch::Matchers::Contains;

namespace {

constexpr const char* kMetrics =
    "glint_build_info{program=\"glint-x\",version=\"1.2.3\"} 1\n"
    "glint_http_requests_total{code=\"200\"} 5\nglint_http_requests_total{code=\"404\"} 2\n"
    "glint_http_connections 3\nglint_http_response_body_bytes_total{source=\"cache\"} 2048\n"
    "glint_cache_requests_total{result=\"hit\"} 4\nglint_cache_requests_total{result=\"miss\"} 1\n"
    "glint_uploads_total{result=\"stored\"} 6\nglint_uploads_in_flight 1\n"
    "glint_upstream_up 1\nglint_store_used_bytes 1024\nglint_store_capacity_bytes 1048576\n";

constexpr const char* kStatus =
    R"({"program":"glint-edge","version":"1.2.3","upstream":{"url":"http://o","healthy":false,"detail":"refused"},
        "store":{"used_bytes":1024,"capacity_bytes":2048,"reserved_bytes":0,"contents":2,"evictions":1,"corrupt":0},
        "fills_in_flight":1,"waiters":7,"uptime_seconds":60})";

void answerWell(FakeRemote& fake) {
  fake.answer("GET /healthcheck", 200, R"({"status":"ok","checks":[]})");
  fake.answer("GET /metrics", 200, kMetrics, "text/plain");
}

}  // namespace

TEST_CASE("status: both programs, one after the other", "[ctl]") {
  FakeRemote origin;
  answerWell(origin);
  FakeRemote edge;
  edge.answer(
      "GET /healthcheck", 200,
      R"({"status":"degraded","checks":[{"name":"upstream","status":"degraded","detail":"refused"}]})");
  edge.answer("GET /metrics", 200, kMetrics, "text/plain");
  edge.answer("GET /glint/v1/status", 200, kStatus);
  const Remote o = origin.remote("origin");
  const Remote e = edge.remote("edge");
  Output output;
  CHECK(status(&o, &e, output) == 0);
  CHECK_THAT(output.out,
             Catch::Matchers::StartsWith("origin\n  url        http://h:1\n  health     ok\n"));
  CHECK_THAT(output.out, Contains("  version    1.2.3\n"));
  CHECK_THAT(output.out, Contains("  requests   7, 3 connections open\n"));
  CHECK_THAT(output.out, Contains("  uploads    6 stored, 1 running\n"));
  CHECK_THAT(output.out, Contains("edge\n"));
  CHECK_THAT(output.out, Contains("  health     degraded (upstream: refused)\n"));
  CHECK_THAT(output.out, Contains("  downloads  4 hit, 1 miss\n"));
  CHECK_THAT(output.out, Contains("  upstream   http://o, not healthy (refused)\n"));
  CHECK_THAT(output.out, Contains("  store      1.0 KiB of 2.0 KiB used, 0 B reserved, 2 contents, "
                                  "1 evicted, 0 corrupt\n"));
  CHECK_THAT(output.out, Contains("  fills      1 running, 7 clients follow them\n"));
}

TEST_CASE("status: an edge that keeps its status to itself is told by its metrics", "[ctl]") {
  FakeRemote edge;
  answerWell(edge);
  edge.answer("GET /glint/v1/status", 403, "");
  const Remote e = edge.remote("edge");
  Output output;
  CHECK(status(nullptr, &e, output) == 0);
  CHECK_THAT(output.out, Contains("  upstream   answers\n"));
  CHECK_THAT(output.out, Contains("  store      1.0 KiB of 1.0 MiB used\n"));
  CHECK_THAT(output.out, !Contains("origin"));
}

TEST_CASE("status: what cannot be reached or has failed ends with 1", "[ctl]") {
  FakeRemote fake;
  const int health = GENERATE(0, 503, 404);
  if (health != 0)
    fake.answer("GET /healthcheck", health, "FAILED\nstore: full\ncatalog: gone", "text/plain");
  fake.answer("GET /metrics", 200, kMetrics, "text/plain");
  const Remote origin = fake.remote("origin");
  Output output;
  CHECK(status(&origin, nullptr, output) == 1);
  if (health == 0)
    CHECK_THAT(output.out,
               Contains("  health     unreachable: origin at http://h:1: connection refused\n"));
  else if (health == 503)
    CHECK_THAT(output.out, Contains("  health     failed (store: full; catalog: gone)\n"));
  else
    CHECK_THAT(output.out, Contains("is it a Glint origin?"));
}

TEST_CASE("status: as JSON", "[ctl]") {
  FakeRemote origin;
  origin.answer("GET /healthcheck", 200, "OK", "text/plain");
  origin.answer("GET /metrics", 200, kMetrics, "text/plain");
  FakeRemote edge;
  const Remote o = origin.remote("origin");
  const Remote e = edge.remote("edge");
  Output output{.format = OutputFormat::kJson, .out = {}, .err = {}};
  CHECK(status(&o, &e, output) == 1);
  CHECK(
      output.out ==
      R"({"edge":{"detail":"edge at http://h:1: connection refused","health":"unreachable","url":"http://h:1"},)"
      R"("origin":{"connections":3,"detail":"","health":"ok","requests":7,"sent_bytes":2048,"uploads":6,)"
      R"("uploads_in_flight":1,"url":"http://h:1","version":"1.2.3"}})"
      "\n");
}
