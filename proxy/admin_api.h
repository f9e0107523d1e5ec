// The edge's own routes: /healthcheck, /metrics, and /glint/v1 (status; what the cache holds and
// what is prefetched).
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/message.h"
#include "net/exchange.h"
#include "proxy/context.h"

namespace glint::metrics {
class Registry;
}

namespace glint::proxy {

// Threads: tryHandle() on any loop; the answers are made on a worker (the counters, the list and
// the index of the store take a while).
class AdminApi {
 public:
  // `admin_token`: what X-Glint-Admin-Token must hold for the cache routes.
  AdminApi(Edge& edge, metrics::Registry& registry, std::string admin_token);

  // False: the path is not of the edge's own.
  bool tryHandle(LoopContext& context, const net::ExchangePtr& exchange);

 private:
  using Answer = http::Response (AdminApi::*)(const http::RequestHead&) const;
  struct Route;
  static const Route kRoutes[];

  void answerOnWorker(LoopContext& context, net::ExchangePtr exchange, Answer answer) const;
  bool admitted(const http::RequestHead& request) const;

  http::Response health(const http::RequestHead& request) const;
  http::Response metrics(const http::RequestHead& request) const;
  http::Response status(const http::RequestHead& request) const;
  http::Response listCache(const http::RequestHead& request) const;
  http::Response showCached(const http::RequestHead& request) const;
  http::Response purgeCached(const http::RequestHead& request) const;
  http::Response showPrefetch(const http::RequestHead& request) const;

  Edge& edge_;
  metrics::Registry& registry_;
  const std::string admin_token_;
  const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

// The secret of <cache_dir>/admin-token; made (mode 0600) when there is none. Blocks. Errors: by
// errno.
Result<std::string> loadAdminToken(const std::string& cache_dir);

// Takes the same time whatever the first difference: how much of a guess is right must not show.
bool equalsSecret(std::string_view given, std::string_view secret);

}  // namespace glint::proxy
