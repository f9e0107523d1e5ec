#include "metrics/endpoints.h"

#include <algorithm>

#include "http/json.h"
#include "metrics/registry.h"

namespace glint::metrics {
namespace {

struct HealthWords {
  const char* text;
  const char* json;
};

HealthWords wordsOf(Health health) {
  switch (health) {
    case Health::kOk:
      return {"OK", "ok"};
    case Health::kDegraded:
      return {"DEGRADED", "degraded"};
    case Health::kFailed:
      return {"FAILED", "failed"};
  }
  return {"FAILED", "failed"};
}

std::string asText(Health worst, std::span<const HealthCheck> checks) {
  std::string text = wordsOf(worst).text;
  for (const HealthCheck& check : checks)
    if (check.health != Health::kOk) text += "\n" + check.name + ": " + check.detail;
  return text;
}

std::string asJson(Health worst, std::span<const HealthCheck> checks) {
  std::string json = "{\"status\":" + http::quoteJson(wordsOf(worst).json) + ",\"checks\":[";
  for (const HealthCheck& check : checks) {
    if (json.back() == '}') json += ',';
    json += "{\"name\":" + http::quoteJson(check.name) +
            ",\"status\":" + http::quoteJson(wordsOf(check.health).json) +
            ",\"detail\":" + http::quoteJson(check.detail) + "}";
  }
  return json + "]}";
}

http::Response answer(int status, std::string body, const char* media_type) {
  http::Response response{.status = status, .headers = {}, .body = std::move(body)};
  response.headers.add("Content-Type", media_type);
  response.headers.add("Cache-Control", "no-store");
  return response;
}

}  // namespace

http::Response metricsResponse(Registry& registry) {
  return answer(200, registry.text(), "text/plain; version=0.0.4; charset=utf-8");
}

http::Response healthResponse(std::span<const HealthCheck> checks,
                              const http::RequestHead& request) {
  Health worst = Health::kOk;
  for (const HealthCheck& check : checks) worst = std::max(worst, check.health);
  const int status = worst == Health::kFailed ? 503 : 200;
  const auto accept = request.headers.get("Accept");
  if (accept && accept->find("application/json") != std::string_view::npos)
    return answer(status, asJson(worst, checks), "application/json");
  return answer(status, asText(worst, checks), "text/plain; charset=utf-8");
}

}  // namespace glint::metrics
