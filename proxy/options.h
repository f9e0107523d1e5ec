// The configuration of glint-edge: a struct per part, and the table that fills them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/options.h"
#include "base/result.h"
#include "cache/content_store.h"
#include "net/client.h"
#include "net/server.h"
#include "net/worker_pool.h"
#include "proxy/authorizer.h"
#include "proxy/change_feed.h"
#include "proxy/fill_job.h"
#include "proxy/fleet_report.h"
#include "proxy/prefetcher.h"
#include "proxy/service_account.h"
#include "proxy/upstream_monitor.h"

namespace glint::proxy {

struct EdgeOptions {
  std::string listen = "127.0.0.1:9393";
  net::ServerOptions server;  // host and port follow from `listen`
  net::TlsOptions tls;        // used when it names a certificate
  net::WorkerPoolOptions workers;
  cache::StoreOptions store;
  std::string upstream_url;
  std::vector<std::string> upstream_fallbacks;  // other addresses of the same service, in order
  net::ClientOptions client;
  MonitorOptions monitor;  // its client options are those above
  AuthOptions auth;
  FillOptions fill;
  ServiceAccountOptions service_account;
  FeedOptions feed;
  PrefetchOptions prefetch;
  FleetOptions fleet;
};

// Defaults that depend on the environment: the cache directory is $XDG_CACHE_HOME/glint-edge or
// ~/.cache/glint-edge.
EdgeOptions defaultEdgeOptions();

// Groups [edge] [tls] [upstream] [auth] [fill] [service_account] [feed] [prefetch] [fleet].
void addOptions(OptionTable& table, EdgeOptions& options);

// All addresses of the upstream, the preferred one first.
std::vector<std::string> upstreamUrls(const EdgeOptions& options);

// Rules across fields; fills the fields that follow from others. Errors: kInvalidArgument.
Status finish(EdgeOptions& options);

}  // namespace glint::proxy
