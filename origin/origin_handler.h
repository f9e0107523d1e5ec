// What glint-origin does with requests on a loop: its own pages, the extensions for edges
// (/glint/v1), and the Images API.
#pragma once

#include <memory>

#include "net/exchange.h"
#include "net/worker_handler.h"
#include "origin/api/front.h"

namespace glint::metrics {
class Registry;
}

namespace glint::origin {

class Catalog;

// GET /healthcheck and /metrics, which need no token. `registry` and `catalog` outlive the routes.
std::vector<net::WorkerRoute> ownRoutes(metrics::Registry& registry, Catalog& catalog);

// Threads: one loop.
class OriginHandler final : public net::Handler {
 public:
  OriginHandler(std::shared_ptr<net::WorkerHandler> own,
                std::shared_ptr<net::WorkerHandler> extensions, std::unique_ptr<net::Handler> api)
      : own_(std::move(own)), extensions_(std::move(extensions)), api_(std::move(api)) {}
  void handle(net::ExchangePtr exchange) override;

 private:
  std::shared_ptr<net::WorkerHandler> own_;
  std::shared_ptr<net::WorkerHandler> extensions_;
  std::unique_ptr<net::Handler> api_;
};

}  // namespace glint::origin
