// glint-origin: flags, the object graph, signals; nothing else.

#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "base/log.h"
#include "base/program.h"
#include "base/version.h"
#include "http/error_body.h"
#include "metrics/origin_metrics.h"
#include "metrics/program_metrics.h"
#include "metrics/registry.h"
#include "metrics/request_metrics.h"
#include "net/server.h"
#include "net/termination.h"
#include "net/worker_handler.h"
#include "net/worker_pool.h"
#include "origin/api/cors.h"
#include "origin/api/event_feed.h"
#include "origin/api/front.h"
#include "origin/api/image_data.h"
#include "origin/api/image_import.h"
#include "origin/api/routes.h"
#include "origin/catalog/database.h"
#include "origin/catalog/sql_catalog.h"
#include "origin/catalog/sql_edge_catalog.h"
#include "origin/catalog/sql_metadef_catalog.h"
#include "origin/catalog/sql_task_catalog.h"
#include "origin/manifests.h"
#include "origin/metered_catalog.h"
#include "origin/metered_identity.h"
#include "origin/options.h"
#include "origin/origin_handler.h"
#include "origin/policy/live_policy.h"
#include "origin/policy/property_protection.h"
#include "origin/schema_file.h"
#include "origin/state_lock.h"
#include "origin/stores/options.h"
#include "origin/tasks/copy_source.h"
#include "origin/tasks/image_import.h"
#include "origin/tasks/staging.h"
#include "origin/tasks/task_engine.h"
#include "origin/tasks/uri_filter.h"
#include "origin/tasks/web_source.h"

namespace glint::origin {
namespace {

constexpr const char* kName = "glint-origin";

// What the program stands on; opened before anything listens, closed after the last request.
struct Backends {
  StateLock state;
  std::shared_ptr<const Policy> policy;
  std::unique_ptr<PropertyProtection> protection;
  std::unique_ptr<const image::ImageSchema> schema;
  std::unique_ptr<Identity> identity;
  OpenStores stores;
  std::unique_ptr<Staging> staging;
  std::unique_ptr<const UriFilter> uris;
  std::unique_ptr<WebSource> web;
  std::unique_ptr<Catalog> catalog;
  std::unique_ptr<MetadefCatalog> metadefs;
  std::unique_ptr<TaskCatalog> tasks;
  std::unique_ptr<EdgeCatalog> edges;
};

// What web-download needs.
Status openWeb(const OriginOptions& options, Backends& backends) {
  auto uris = UriFilter::create(options.imports.uris);
  if (!uris) return tl::unexpected(uris.error());
  backends.uris = std::make_unique<const UriFilter>(std::move(*uris));
  auto web = WebSource::create({.client = {}, .limit_bytes = options.data.image_size_cap},
                               *backends.uris, *backends.staging);
  if (!web) return tl::unexpected(web.error());
  backends.web = std::move(*web);
  return {};
}

Result<Backends> openBackends(const OriginOptions& options, metrics::OriginMetrics& metrics) {
  Backends backends;
  auto state = lockState(options.state_dir);
  if (!state) return tl::unexpected(state.error());
  backends.state = std::move(*state);
  auto policy = LivePolicy::open(options.policy, [&metrics] { metrics.policyRefused(); });
  if (!policy) return tl::unexpected(policy.error());
  backends.policy = std::move(*policy);
  auto protection = PropertyProtection::open(options.protection, backends.policy,
                                             [&metrics] { metrics.policyRefused(); });
  if (!protection) return tl::unexpected(protection.error());
  backends.protection = std::move(*protection);
  auto schema = openImageSchema(options.schema, options.image_schema_file);
  if (!schema) return tl::unexpected(schema.error());
  backends.schema = std::make_unique<const image::ImageSchema>(std::move(*schema));
  auto identity = openIdentity(options.identity);
  if (!identity) return tl::unexpected(identity.error());
  backends.identity = meteredIdentity(std::move(*identity), metrics);
  auto stores = openStores(options.stores);
  if (!stores) return tl::unexpected(stores.error());
  backends.stores = std::move(*stores);
  auto staging = Staging::open(options.imports.staging_directory);
  if (!staging) return tl::unexpected(staging.error());
  backends.staging = std::move(*staging);
  if (auto web = openWeb(options, backends); !web) return tl::unexpected(web.error());
  auto database = Database::open(options.database);
  if (!database) return tl::unexpected(database.error());
  backends.catalog = meteredCatalog(sqlCatalog(*database), metrics);
  backends.metadefs = sqlMetadefCatalog(*database);
  backends.tasks = sqlTaskCatalog(*database);
  backends.edges = sqlEdgeCatalog(std::move(*database));
  if (auto recovered = recoverUploads({}, *backends.catalog, *backends.stores.set,
                                      backends.state.instance, &backends.staging->store());
      !recovered)
    return tl::unexpected(recovered.error());
  return backends;
}

std::map<image::ImportMethod, StageSource> importSources(const Backends& backends) {
  WebSource& web = *backends.web;
  return {{image::ImportMethod::kCopyImage, copySource(*backends.stores.set, *backends.staging)},
          {image::ImportMethod::kWebDownload,
           [&web](TaskRun& run, const image::ImportPlan& plan, const image::Image& image) {
             return web.fetch(run, plan.request.uri, image.id);
           }}};
}

// What runs behind the requests. `backends` outlives it.
Result<std::unique_ptr<TaskEngine>> startTasks(const OriginOptions& options,
                                               const Backends& backends,
                                               metrics::OriginMetrics& metrics) {
  const auto imports =
      std::make_shared<const ImageImport>(ImageImportParts{.catalog = *backends.catalog,
                                                           .stores = *backends.stores.set,
                                                           .staging = *backends.staging,
                                                           .ingest = options.data.ingest,
                                                           .limits = options.data,
                                                           .sources = importSources(backends)});
  return TaskEngine::start(
      {.instance = backends.state.instance,
       .threads = options.imports.threads,
       .time_to_live = std::chrono::hours(options.imports.task_time_to_live)},
      *backends.tasks,
      {{image::kImportTask, [imports](TaskRun& run) { return imports->run(run); }}},
      [&backends] { backends.staging->sweep({}, *backends.catalog); }, metrics);
}

ImageImportApiOptions importApiOptions(const OriginOptions& options, const UriFilter& uris) {
  return {.limits = options.data,
          .instance = options.data.instance,
          .task_time_to_live = std::chrono::hours(options.imports.task_time_to_live),
          .check_uri = [&uris](const std::string& uri) -> Status {
            if (auto taken = uris.check(uri); !taken) return tl::unexpected(taken.error());
            return {};
          }};
}

DataRoutes dataRoutes(ImageData& data, ImageImportApi& imports) {
  return {.upload = [&](ApiRequest& request) { return data.upload(request); },
          .download = [&](ApiRequest& request) { return data.download(request); },
          .stage = [&](ApiRequest& request) { return imports.stage(request); },
          .import = [&](ApiRequest& request) { return imports.import(request); }};
}

http::Response ownError(int status, std::string message, const http::RequestHead& head) {
  return http::errorResponse(status, std::move(message), head.headers);
}

void announce(const OriginOptions& options, const net::Server& server) {
  const std::string& host = options.server.host;
  const bool v6 = host.find(':') != std::string::npos;
  const std::string url = (options.server.tls ? "https://" : "http://") +
                          (v6 ? "[" + host + "]" : host) + ":" + std::to_string(server.port());
  log::info("started", {{"url", url}, {"state_dir", options.state_dir}, {"version", kVersion}});
  std::printf("%s serves the Images API at %s\n", kName, url.c_str());
  const IdentityOptions& identity = options.identity;
  if (identity.insecure_fake)
    std::printf("WARNING: --insecure-fake-identity: every caller is who it says it is\n");
  else if (identity.kind == IdentityKind::kStatic &&
           !identity.static_tokens.admin_token_file.empty())
    std::printf("admin token: %s\n", identity.static_tokens.admin_token_file.c_str());
  std::fflush(stdout);
}

ApiServices servicesOf(const Backends& backends, const ApiOptions& options) {
  return {.catalog = *backends.catalog,
          .metadefs = *backends.metadefs,
          .identity = *backends.identity,
          .policy = *backends.policy,
          .schema = *backends.schema,
          .stores = *backends.stores.set,
          .options = options,
          .protection = backends.protection.get(),
          .tasks = backends.tasks.get(),
          .staging = &backends.staging->store(),
          .edges = backends.edges.get()};
}

int run(OriginOptions options) {
  const net::Termination termination;
  metrics::Registry registry(metrics::ProgramKind::kOrigin);
  metrics::ProgramMetrics program_metrics(registry, kName);
  metrics::RequestMetrics request_metrics(registry);
  metrics::OriginMetrics origin_metrics(registry);

  auto backends = openBackends(options, origin_metrics);
  if (!backends) return startFailed(kName, backends.error());
  options.data.instance = backends->state.instance;
  const ApiServices services = servicesOf(*backends, options.api);
  const VersionOptions versions{.multi_store = services.stores.several()};
  const CrossOrigin cross_origin(options.cors);
  ImageData data(services, options.data, origin_metrics);
  const auto events = EventFeed::create(*backends->catalog);
  auto tasks = startTasks(options, *backends, origin_metrics);
  if (!tasks) return startFailed(kName, tasks.error());
  ImageImportApi imports(services, *backends->staging, importApiOptions(options, *backends->uris),
                         [&] { (*tasks)->wake(); });
  Manifests manifests(services, options.manifest, origin_metrics);
  auto workers = net::WorkerPool::create(options.workers);
  program_metrics.watchQueue("api", [&] { return workers ? workers->depth() : 0; });
  const net::WorkerHandlerOptions handling{
      .on_exception = [&] { program_metrics.unexpectedException(); }};
  auto api_handling = handling;
  api_handling.gate = apiGate(services);
  const auto api_routes =
      net::WorkerHandler::create(apiRoutes(services, dataRoutes(data, imports)),
                                 apiErrorResponder(services), *workers, api_handling);
  const auto extension_routes =
      net::WorkerHandler::create(extensionRoutes(services, *events, manifests.route()),
                                 apiErrorResponder(services), *workers, api_handling);
  const auto own_routes = net::WorkerHandler::create(ownRoutes(registry, *backends->catalog),
                                                     ownError, *workers, handling);

  auto server = net::Server::start(
      options.server,
      [&](net::EventLoop&) -> std::unique_ptr<net::Handler> {
        return std::make_unique<OriginHandler>(
            own_routes, extension_routes,
            crossOriginHandler(std::make_unique<ApiFront>(api_routes, services, versions),
                               cross_origin));
      },
      request_metrics);
  if (!server) return startFailed(kName, server.error());
  announce(options, **server);

  termination.serve(**server);

  // Stop accepting, let requests finish (those who wait for events at once), cut the rest; then the
  // workers, which end the uploads that were cut and post to the loops; then the loops; then tasks,
  // which others or the next start go on with when they take too long; catalog and stores last.
  log::info("stopping");
  events->close();
  (*server)->drain(options.server.drain_timeout);
  workers.reset();
  server->reset();
  (*tasks)->drain(options.server.drain_timeout);
  log::info("stopped");
  return kExitOk;
}

int start(int argc, const char* const* argv) {
  OriginOptions options = defaultOriginOptions();
  Program program(kName, "OpenStack Images API: the catalog of images and their bytes");
  addOptions(program.options(), options);
  program.flag("--listen", "ADDRESS:PORT", "origin", "listen");
  program.flag("--state-dir", "DIRECTORY", "origin", "state_dir");
  program.plainFlag("--insecure-fake-identity",
                    "For tests: a token is user:project:role[,role…], and believed",
                    options.identity.insecure_fake);
  program.validator([&] { return finish(options); });
  if (const auto exit_code = program.prepare(argc, argv)) return *exit_code;
  return run(std::move(options));
}

}  // namespace
}  // namespace glint::origin

int main(int argc, char** argv) { return glint::origin::start(argc, argv); }
