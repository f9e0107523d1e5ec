// glint-edge: flags, the object graph, signals; nothing else.

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/program.h"
#include "base/version.h"
#include "cache/content_store.h"
#include "metrics/edge_metrics.h"
#include "metrics/program_metrics.h"
#include "metrics/registry.h"
#include "metrics/request_metrics.h"
#include "net/client.h"
#include "net/event_loop.h"
#include "net/server.h"
#include "net/termination.h"
#include "net/worker_pool.h"
#include "proxy/admin_api.h"
#include "proxy/authorizer.h"
#include "proxy/cache_api.h"
#include "proxy/change_feed.h"
#include "proxy/context.h"
#include "proxy/credentials.h"
#include "proxy/edge_handler.h"
#include "proxy/fills.h"
#include "proxy/fleet_report.h"
#include "proxy/options.h"
#include "proxy/prefetch_queue.h"
#include "proxy/prefetcher.h"
#include "proxy/service_account.h"
#include "proxy/upstream.h"
#include "proxy/upstream_monitor.h"

namespace glint::proxy {
namespace {

constexpr const char* kName = "glint-edge";

metrics::StoreSample sampleOf(const cache::Usage& usage) {
  return {.used_bytes = usage.bytes,
          .reserved_bytes = usage.reserved_bytes,
          .capacity_bytes = usage.capacity_bytes,
          .contents = usage.contents,
          .evictions = usage.evictions,
          .evicted_bytes = usage.evicted_bytes,
          .corrupt = usage.corrupt};
}

// Every loop needs a client of its own; a bad CA file is found here, before anything listens.
Status tryClient(const net::ClientOptions& options) {
  auto loop = net::EventLoop::create();
  if (!loop) return tl::unexpected(loop.error());
  auto trial = net::Client::create(**loop, options);
  if (!trial) return tl::unexpected(trial.error());
  return {};
}

// What the edge does of its own accord. The threads end with stop(), their loops with the object,
// after the workers, which may still post to them.
struct Background {
  std::unique_ptr<PrefetchQueue> queue;
  std::unique_ptr<Prefetcher> prefetcher;  // empty without a service account
  std::unique_ptr<ChangeFeed> feed;
  std::unique_ptr<FleetReporter> fleet;

  Status start(Edge& edge, ServiceAccount& account) {
    const EdgeOptions& options = edge.options;
    auto opened = PrefetchQueue::open(options.store.dir + "/prefetch", options.prefetch.queue);
    if (!opened) return tl::unexpected(opened.error());
    queue = std::move(*opened);
    edge.prefetch = queue.get();
    if (account.configured()) {
      auto begun = Prefetcher::start({edge, account, *queue}, options.prefetch, options.client);
      if (!begun) return tl::unexpected(begun.error());
      prefetcher = std::move(*begun);
      edge.prefetcher = prefetcher.get();
    }
    auto followed =
        ChangeFeed::start({edge.upstream, edge.authorizer, edge.store, account, edge.metrics,
                           [this](const ImageChange& change) { prefetcher->consider(change); }},
                          options.feed, options.client);
    if (!followed) return tl::unexpected(followed.error());
    feed = std::move(*followed);
    edge.feed = feed.get();
    auto reported = FleetReporter::start({edge.upstream, edge.authorizer, edge.store, account,
                                          edge.metrics, options.auth.offline_grace},
                                         options.fleet, options.client);
    if (!reported) return tl::unexpected(reported.error());
    fleet = std::move(*reported);
    return {};
  }
  void stop() {
    fleet.reset();
    feed.reset();
    if (prefetcher) prefetcher->stop();
  }
};
struct BackgroundStop {
  Background& background;
  ~BackgroundStop() { background.stop(); }
};

void countPrefetch(metrics::EdgeMetrics& metrics, const Background& background) {
  using State = PrefetchItem::State;
  const auto items = background.queue->list();
  const auto count = [&items](State state) {
    return static_cast<std::size_t>(std::ranges::count(items, state, &PrefetchItem::state));
  };
  const auto pinned = background.prefetcher ? background.prefetcher->state().pinned.size() : 0;
  metrics.prefetchState(count(State::kQueued), count(State::kRunning), count(State::kFailed),
                        pinned);
}

void watchState(metrics::Registry& registry, const Edge& edge, const Background& background) {
  edge.metrics.watchStore([&edge] { return sampleOf(edge.store.usage()); });
  edge.metrics.watchAuthorizationCache([&edge] { return edge.authorizer.remembered(); });
  registry.onCollect([&edge, &background] {
    edge.metrics.upstreamUp(edge.upstream.reachable());
    edge.metrics.bootableOffline(bootableOffline(edge.store, edge.authorizer));
    countPrefetch(edge.metrics, background);
    const FeedState state = background.feed->state();
    edge.metrics.feedState(state.connected, state.enabled ? state.age : state.age.zero());
  });
}

int run(const EdgeOptions& options) {
  const net::Termination termination;
  auto store = cache::ContentStore::open(options.store);
  if (!store) return startFailed(kName, store.error());
  auto admin_token = loadAdminToken(options.store.dir);
  if (!admin_token) return startFailed(kName, admin_token.error());

  metrics::Registry registry(metrics::ProgramKind::kEdge);
  metrics::ProgramMetrics program_metrics(registry, kName);
  metrics::RequestMetrics request_metrics(registry);
  metrics::EdgeMetrics edge_metrics(registry);
  Background background;
  auto workers = net::WorkerPool::create(options.workers);
  Upstream upstream(upstreamUrls(options));
  Authorizer authorizer(options.auth, Clock::real());
  Fills fills(**store, options.fill);
  ServiceAccount account(options.service_account);
  const CredentialsReader credentials;
  Edge edge{options, upstream, authorizer, fills, **store, *workers, edge_metrics};
  AdminApi admin(edge, registry, *admin_token);
  CacheApi cache_api(edge, credentials, *admin_token);
  program_metrics.watchQueue("disk", [&] { return workers ? workers->depth() : 0; });

  upstream.onLost([&] { authorizer.distrust(); });
  upstream.onMoved([&] { edge_metrics.upstreamMoved(); });
  auto monitor = UpstreamMonitor::start(upstream, options.monitor, edge_metrics);
  if (!monitor) return startFailed(kName, monitor.error());
  if (auto trial = tryClient(options.client); !trial) return startFailed(kName, trial.error());
  const BackgroundStop background_stop{background};
  if (auto begun = background.start(edge, account); !begun)
    return startFailed(kName, begun.error());
  watchState(registry, edge, background);
  auto server = net::Server::start(
      options.server,
      [&](net::EventLoop& loop) -> std::unique_ptr<net::Handler> {
        auto client = net::Client::create(loop, options.client);
        GLINT_CHECK(client, "a client can be made as one was a moment ago");
        return std::make_unique<EdgeHandler>(edge, loop, std::move(*client), credentials, admin,
                                             cache_api);
      },
      request_metrics);
  if (!server) return startFailed(kName, server.error());
  log::info("started", {{"edge", options.server.host + ":" + std::to_string((*server)->port())},
                        {"upstream", upstream.url()},
                        {"cache_dir", options.store.dir},
                        {"version", kVersion}});

  termination.serve(**server);

  // Stop accepting, let requests finish, end the loops; then the workers, which post to the loops;
  // then the loops themselves; the store last.
  log::info("stopping");
  (*server)->drain(options.server.drain_timeout);
  background.stop();
  monitor->reset();
  workers.reset();
  server->reset();
  log::info("stopped");
  return kExitOk;
}

int start(int argc, const char* const* argv) {
  EdgeOptions options = defaultEdgeOptions();
  Program program(kName, "Caching, verifying proxy in front of an OpenStack Images API");
  addOptions(program.options(), options);
  program.flag("--upstream", "URL", "upstream", "url");
  program.flag("--listen", "ADDRESS:PORT", "edge", "listen");
  program.flag("--cache-dir", "DIRECTORY", "edge", "cache_dir");
  program.flag("--cache-size", "SIZE", "edge", "cache_size");
  program.validator([&] { return finish(options); });
  if (const auto exit_code = program.prepare(argc, argv)) return *exit_code;
  return run(options);
}

}  // namespace
}  // namespace glint::proxy

int main(int argc, char** argv) { return glint::proxy::start(argc, argv); }
