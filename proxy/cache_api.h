// The Images API's cache routes (spec: images-api §21), answered by the edge for its own store:
//
//   GET    /v2/cache            what is stored, what is queued
//   DELETE /v2/cache            forgets it (x-image-cache-clear-target: cache, queue, both)
//   PUT    /v2/cache/{image}    queues the image for prefetch
//   DELETE /v2/cache/{image}    forgets it
//   POST   /v2/cache/clean, /v2/cache/prune
//
// Who may is the upstream's decision: it is asked, with the caller's token, for its own list of
// cached images, which the policy of the Images API gives to those who manage caches. A 404 counts
// as a yes only with the words by which that route says that there is no cache: a service that does
// not know the route says 404 to everybody. X-Glint-Admin-Token spares the question.
//
// Threads: one loop; what touches the disk runs on a worker.
#pragma once

#include <string>

#include "net/exchange.h"
#include "proxy/context.h"
#include "proxy/credentials.h"

namespace glint::proxy {

class CacheApi {
 public:
  CacheApi(Edge& edge, const CredentialsReader& credentials, std::string admin_token);

  // False: not one of these routes.
  bool tryHandle(LoopContext& context, const net::ExchangePtr& exchange);

 private:
  Edge& edge_;
  const CredentialsReader& credentials_;
  const std::string admin_token_;
};

}  // namespace glint::proxy
