#include "metrics/endpoints.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "metrics/registry.h"

using namespace glint;
using namespace glint::metrics;
using Catch::Matchers::Contains;

namespace {

std::string bodyOf(const http::Response& response) { return std::get<std::string>(response.body); }

http::RequestHead asking(const char* accept) {
  http::RequestHead head;
  if (*accept != '\0') head.headers.add("Accept", accept);
  return head;
}

}  // namespace

TEST_CASE("Endpoints: /metrics is Prometheus text", "[metrics]") {
  Registry registry(ProgramKind::kEdge);
  const auto response = metricsResponse(registry);
  CHECK(response.status == 200);
  CHECK(response.headers.get("Content-Type") == "text/plain; version=0.0.4; charset=utf-8");
  CHECK_THAT(bodyOf(response), Contains("# HELP glint_fills_in_flight Contents being fetched.\n"
                                        "# TYPE glint_fills_in_flight gauge\n"));
}

TEST_CASE("Endpoints: the worst check decides the health", "[metrics]") {
  struct Row {
    std::vector<HealthCheck> checks;
    int status;
    const char* text;
  };
  const auto row = GENERATE(values<Row>({
      {{}, 200, "OK"},
      {{{"store", Health::kOk, ""}}, 200, "OK"},
      {{{"store", Health::kOk, ""}, {"upstream", Health::kDegraded, "no answer"}},
       200,
       "DEGRADED\nupstream: no answer"},
      {{{"upstream", Health::kDegraded, "no answer"}, {"store", Health::kFailed, "full"}},
       503,
       "FAILED\nupstream: no answer\nstore: full"},
  }));
  const auto response = healthResponse(row.checks, asking("*/*"));
  CHECK(response.status == row.status);
  CHECK(bodyOf(response) == row.text);
}

TEST_CASE("Endpoints: health as JSON for who asks for it", "[metrics]") {
  const std::vector<HealthCheck> checks{{"store", Health::kOk, ""},
                                        {"upstream", Health::kDegraded, "says \"no\"\n\xFF"}};
  const auto response = healthResponse(checks, asking("application/json"));
  CHECK(response.headers.get("Content-Type") == "application/json");
  CHECK(
      bodyOf(response) ==
      "{\"status\":\"degraded\",\"checks\":[{\"name\":\"store\",\"status\":\"ok\",\"detail\":\"\"},"
      "{\"name\":\"upstream\",\"status\":\"degraded\",\"detail\":\"says "
      "\\\"no\\\"\\n\xEF\xBF\xBD\"}]}");
}
