// The front of the Images API on a loop: negotiates the version, then hands the request to the
// routes as version 2, whatever minor version its path named.
//
// Every answer but version documents and 401 carries x-openstack-request-id.
// Threads: one loop.
#pragma once

#include <memory>

#include "net/exchange.h"
#include "net/worker_handler.h"
#include "origin/api/request.h"
#include "origin/api/versions.h"

namespace glint::origin {

class ApiFront final : public net::Handler {
 public:
  ApiFront(std::shared_ptr<net::WorkerHandler> routes, const ApiServices& services,
           VersionOptions versions)
      : routes_(std::move(routes)), services_(services), versions_(versions) {}

  void handle(net::ExchangePtr exchange) override;

 private:
  void answerVersions(net::Exchange& exchange, int status) const;

  std::shared_ptr<net::WorkerHandler> routes_;
  const ApiServices& services_;
  VersionOptions versions_;
};

}  // namespace glint::origin
