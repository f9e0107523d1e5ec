#include "proxy/admin_api.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/strings.h"
#include "base/uuid.h"
#include "base/version.h"
#include "cache/content_store.h"
#include "http/error_body.h"
#include "http/json.h"
#include "metrics/edge_metrics.h"
#include "metrics/endpoints.h"
#include "net/event_loop.h"
#include "net/worker_pool.h"
#include "proxy/change_feed.h"
#include "proxy/fills.h"
#include "proxy/image_path.h"
#include "proxy/options.h"
#include "proxy/prefetch_queue.h"
#include "proxy/prefetcher.h"
#include "proxy/upstream.h"

namespace glint::proxy {
namespace {

using nlohmann::json;

constexpr std::string_view kCachePath = "/glint/v1/cache/";
constexpr std::uint64_t kTokenLimitBytes = 4096;

http::Response jsonResponse(const json& value) {
  http::Response response;
  response.headers.add("Content-Type", "application/json");
  response.body = http::dumpJson(value) + "\n";
  return response;
}

std::int64_t unixSeconds(std::chrono::system_clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

json toJson(const cache::ContentInfo& content) {
  return {{"digest", content.digest.text()},
          {"size", content.size},
          {"disk_bytes", content.disk_bytes},
          {"hits", content.hits},
          {"stored_at", unixSeconds(content.stored_at)},
          {"last_used", unixSeconds(content.last_used)},
          {"durable", content.durable},
          {"images", content.image_ids}};
}

json toJson(const Fills::FillInfo& fill) {
  return {{"digest", fill.digest.text()},
          {"image_id", fill.image},
          {"size", fill.size},
          {"done_bytes", fill.done_bytes},
          {"waiters", fill.waiters}};
}

json toJson(const FeedState& feed) {
  return {{"enabled", feed.enabled},
          {"connected", feed.connected},
          {"source", feed.source},
          {"detail", feed.detail},
          {"age_seconds",
           feed.enabled ? std::chrono::duration_cast<std::chrono::seconds>(feed.age).count() : 0}};
}

json toJson(const PrefetchItem& item, const PrefetchState& state) {
  json shown = {{"image_id", item.image.value},
                {"priority", item.priority},
                {"reason", item.reason},
                {"state", toString(item.state)},
                {"attempts", item.attempts},
                {"last_error", item.last_error},
                {"queued_at", unixSeconds(item.queued_at)}};
  if (item.state == PrefetchItem::State::kQueued && item.attempts > 0)
    shown["next_try"] = unixSeconds(item.next_try);
  if (state.running != item.image || state.size == 0) return shown;
  const double seconds = std::chrono::duration<double>(state.elapsed).count();
  const double rate = seconds > 0 ? static_cast<double>(state.done_bytes) / seconds : 0;
  shown["size"] = state.size;
  shown["done_bytes"] = state.done_bytes;
  shown["bytes_per_second"] = static_cast<std::uint64_t>(rate);
  if (rate > 0)
    shown["seconds_left"] = static_cast<std::uint64_t>(
        static_cast<double>(state.size - std::min(state.size, state.done_bytes)) / rate);
  return shown;
}

json toJson(const PrefetchDone& done) {
  return {{"image_id", done.image.value},
          {"reason", done.reason},
          {"bytes", done.bytes},
          {"at", unixSeconds(done.at)},
          {"duration_ms", done.duration.count()}};
}

}  // namespace

struct AdminApi::Route {
  http::Method method;
  std::string_view path;  // with a slash at the end: everything below it
  const char* label;
  bool open;  // without the admin token
  Answer answer;
};

const AdminApi::Route AdminApi::kRoutes[] = {
    {http::Method::kGet, "/healthcheck", "healthcheck", true, &AdminApi::health},
    {http::Method::kGet, "/metrics", "metrics", true, &AdminApi::metrics},
    {http::Method::kGet, "/glint/v1/status", "glint_status", true, &AdminApi::status},
    {http::Method::kGet, "/glint/v1/cache", "glint_cache_list", false, &AdminApi::listCache},
    {http::Method::kGet, kCachePath, "glint_cache_show", false, &AdminApi::showCached},
    {http::Method::kDelete, kCachePath, "glint_cache_purge", false, &AdminApi::purgeCached},
    {http::Method::kGet, "/glint/v1/prefetch", "glint_prefetch", false, &AdminApi::showPrefetch},
};

AdminApi::AdminApi(Edge& edge, metrics::Registry& registry, std::string admin_token)
    : edge_(edge), registry_(registry), admin_token_(std::move(admin_token)) {}

bool AdminApi::admitted(const http::RequestHead& request) const {
  return equalsSecret(request.headers.get("x-glint-admin-token").value_or(""), admin_token_);
}

bool AdminApi::tryHandle(LoopContext& context, const net::ExchangePtr& exchange) {
  const http::RequestHead& head = exchange->request();
  const std::string_view path = head.path();
  std::string allow;
  for (const Route& route : kRoutes) {
    const bool below = route.path.back() == '/';
    if (below ? !path.starts_with(route.path) || path.size() == route.path.size()
              : path != route.path) {
      continue;
    }
    const bool reads = route.method == http::Method::kGet;
    allow.append(allow.empty() ? "" : ", ").append(reads ? "GET, HEAD" : "DELETE");
    if (head.method != route.method && !(reads && head.method == http::Method::kHead)) continue;
    exchange->setRoute(route.label);
    if (!route.open && !admitted(head)) {
      exchange->respond(http::errorResponse(
          403, "X-Glint-Admin-Token must hold the secret of admin-token in the cache directory.",
          head.headers));
    } else {
      answerOnWorker(context, exchange, route.answer);
    }
    return true;
  }
  if (allow.empty()) return false;
  exchange->setRoute("other");
  exchange->respond(http::methodNotAllowed(allow, head.headers));
  return true;
}

void AdminApi::answerOnWorker(LoopContext& context, net::ExchangePtr exchange,
                              Answer answer) const {
  const net::ExchangePtr here = exchange;
  auto head = std::make_shared<const http::RequestHead>(exchange->request());
  const bool taken = context.edge.workers.trySubmit(
      [this, &loop = context.loop, head, answer, exchange = std::move(exchange)]() mutable {
        // Shared: a task is copyable. The exchange goes back to its loop with the answer.
        auto response = std::make_shared<http::Response>((this->*answer)(*head));
        loop.post([response, exchange = std::move(exchange)] {
          exchange->respond(std::move(*response));
        });
      });
  if (!taken) here->respond(http::errorResponse(503, "The edge is busy.", here->request().headers));
}

http::Response AdminApi::health(const http::RequestHead& request) const {
  const UpstreamHealth upstream = edge_.upstream.health();
  metrics::HealthCheck check{.name = "upstream", .health = metrics::Health::kOk, .detail = {}};
  if (upstream.service == UpstreamService::kOther) {
    check.health = metrics::Health::kFailed;
    check.detail = edge_.upstream.url() + " is no Images API: " + upstream.detail;
  } else if (!upstream.reachable) {
    check.health = metrics::Health::kDegraded;
    check.detail = edge_.upstream.url() + " is unreachable: " + upstream.detail;
  }
  return metrics::healthResponse({&check, 1}, request);
}

http::Response AdminApi::metrics(const http::RequestHead& /*request*/) const {
  return metrics::metricsResponse(registry_);
}

http::Response AdminApi::status(const http::RequestHead& /*request*/) const {
  json addresses = json::array();
  for (std::size_t i = 0; i < edge_.upstream.size(); ++i) {
    const UpstreamHealth health = edge_.upstream.healthAt(i);
    addresses.push_back({{"url", edge_.upstream.urlAt(i)},
                         {"reachable", health.reachable},
                         {"detail", health.detail}});
  }
  const UpstreamHealth upstream = edge_.upstream.health();
  const cache::Usage usage = edge_.store.usage();
  const auto uptime =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - started_);
  return jsonResponse(
      {{"program", "glint-edge"},
       {"version", kVersion},
       {"upstream",
        {{"url", edge_.upstream.url()},
         {"healthy", upstream.reachable && upstream.service != UpstreamService::kOther},
         {"detail", upstream.detail},
         {"addresses", std::move(addresses)}}},
       {"feed", toJson(edge_.feed ? edge_.feed->state() : FeedState{})},
       {"store",
        {{"used_bytes", usage.bytes},
         {"capacity_bytes", usage.capacity_bytes},
         {"reserved_bytes", usage.reserved_bytes},
         {"contents", usage.contents},
         {"evictions", usage.evictions},
         {"corrupt", usage.corrupt}}},
       {"fills_in_flight", static_cast<std::uint64_t>(edge_.metrics.fillsInFlight())},
       {"waiters", static_cast<std::uint64_t>(edge_.metrics.waiters())},
       {"uptime_seconds", uptime.count()}});
}

http::Response AdminApi::listCache(const http::RequestHead& /*request*/) const {
  json contents = json::array();
  for (const auto& content : edge_.store.list()) contents.push_back(toJson(content));
  json fills = json::array();
  for (const auto& fill : edge_.fills.list()) fills.push_back(toJson(fill));
  return jsonResponse({{"contents", std::move(contents)}, {"fills", std::move(fills)}});
}

http::Response AdminApi::showCached(const http::RequestHead& request) const {
  const std::string image(request.path().substr(kCachePath.size()));
  if (const auto digest = edge_.store.aliasOf(image)) {
    for (const auto& content : edge_.store.list()) {
      if (content.digest == *digest) return jsonResponse(toJson(content));
    }
  }
  for (const auto& fill : edge_.fills.list()) {
    if (fill.image == image) return jsonResponse(toJson(fill));
  }
  return http::errorResponse(404, "The cache does not hold this image.", request.headers);
}

http::Response AdminApi::showPrefetch(const http::RequestHead& /*request*/) const {
  const PrefetchState state = edge_.prefetcher ? edge_.prefetcher->state() : PrefetchState{};
  json queue = json::array();
  json recent = json::array();
  if (edge_.prefetch) {
    for (const auto& item : edge_.prefetch->list()) queue.push_back(toJson(item, state));
    for (const auto& done : edge_.prefetch->recent()) recent.push_back(toJson(done));
  }
  return jsonResponse({{"enabled", edge_.prefetcher != nullptr},
                       {"queue", std::move(queue)},
                       {"recent", std::move(recent)},
                       {"pinned", state.pinned}});
}

http::Response AdminApi::purgeCached(const http::RequestHead& request) const {
  const std::string image(request.path().substr(kCachePath.size()));
  const auto digest = edge_.store.aliasOf(image);
  if (!digest || !edge_.store.remove(*digest)) {
    return http::errorResponse(404, "The cache does not hold this image.", request.headers);
  }
  http::Response response;
  response.status = 204;
  return response;
}

bool equalsSecret(std::string_view given, std::string_view secret) {
  unsigned difference = given.size() == secret.size() ? 0 : 1;
  for (std::size_t i = 0; i < given.size(); ++i) {
    difference |= static_cast<unsigned char>(given[i] ^ secret[i % secret.size()]);
  }
  return difference == 0;
}

Result<std::string> loadAdminToken(const std::string& cache_dir) {
  const std::string path = cache_dir + "/admin-token";
  auto text = readFile(path, kTokenLimitBytes);
  if (text && !trim(*text).empty()) return std::string(trim(*text));
  if (!text && text.error().code != ErrorCode::kNotFound) return tl::unexpected(text.error());
  const std::string token = makeUuid() + makeUuid();
  if (auto written = writeFileAtomic(path, token + "\n", 0600); !written) {
    return tl::unexpected(written.error());
  }
  return token;
}

}  // namespace glint::proxy
