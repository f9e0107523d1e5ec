#include "origin/origin_handler.h"

#include <chrono>

#include "metrics/endpoints.h"
#include "metrics/registry.h"
#include "origin/catalog/catalog.h"

namespace glint::origin {
namespace {

// A catalog that does not answer within this is of no use to clients either.
constexpr std::chrono::seconds kHealthPatience{2};

metrics::HealthCheck catalogHealth(const RequestContext& context, Catalog& catalog) {
  RequestContext hurried = context;
  hurried.deadline = std::min(context.deadline, std::chrono::steady_clock::now() + kHealthPatience);
  const auto asked = catalog.openUploads(hurried, "nobody");
  if (asked) return {.name = "catalog", .health = metrics::Health::kOk, .detail = {}};
  return {.name = "catalog",
          .health = metrics::Health::kFailed,
          .detail = toString(asked.error().code)};
}

}  // namespace

std::vector<net::WorkerRoute> ownRoutes(metrics::Registry& registry, Catalog& catalog) {
  using http::Method;
  return {
      {Method::kGet, "/healthcheck", "healthcheck", net::BodyMode::kNone,
       [&catalog](const RequestContext& context, net::WorkerRequest& request) {
         const metrics::HealthCheck check = catalogHealth(context, catalog);
         return metrics::healthResponse({&check, 1}, request.head);
       }},
      {Method::kGet, "/metrics", "metrics", net::BodyMode::kNone,
       [&registry](const RequestContext&, net::WorkerRequest&) {
         return metrics::metricsResponse(registry);
       }},
  };
}

void OriginHandler::handle(net::ExchangePtr exchange) {
  const auto path = exchange->request().path();
  if (path == "/healthcheck" || path == "/metrics")
    own_->handle(std::move(exchange));
  else if (path.starts_with("/glint/v1/"))
    extensions_->handle(std::move(exchange));
  else
    api_->handle(std::move(exchange));
}

}  // namespace glint::origin
