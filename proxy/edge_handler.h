// What one loop of the edge does with requests.
#pragma once

#include <memory>

#include "net/client.h"
#include "net/exchange.h"
#include "proxy/context.h"
#include "proxy/credentials.h"

namespace glint::proxy {

class AdminApi;
class CacheApi;

// Threads: the loop. Nothing here blocks.
class EdgeHandler : public net::Handler {
 public:
  // `client`: of this loop. `admin` and `cache` are shared by all loops.
  EdgeHandler(Edge& edge, net::EventLoop& loop, std::unique_ptr<net::Client> client,
              const CredentialsReader& credentials, AdminApi& admin, CacheApi& cache);
  ~EdgeHandler() override;  // ends the loop's fills and lookups

  void handle(net::ExchangePtr exchange) override;

 private:
  const std::unique_ptr<net::Client> client_;
  const CredentialsReader& credentials_;
  AdminApi& admin_;
  CacheApi& cache_;
  LoopContext context_;
};

}  // namespace glint::proxy
