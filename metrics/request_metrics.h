// Counts and logs the requests of a server: one structured line each.
//
// Threads: any. The log line holds the path without the query, never a header.
#pragma once

#include <memory>

#include "metrics/registry.h"
#include "net/observer.h"

namespace glint::metrics {

class RequestMetrics final : public net::ServerObserver {
 public:
  explicit RequestMetrics(Registry& registry);
  ~RequestMetrics() override;

  void onConnectionOpened() override;
  void onConnectionClosed() override;
  void onConnectionRefused(const char* reason) override;
  void onRequestFinished(const net::FinishedRequest& request) override;

  double openConnections() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace glint::metrics
