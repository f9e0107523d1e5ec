#include "proxy/cache_api.h"

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "cache/content_store.h"
#include "http/error_body.h"
#include "http/json.h"
#include "image/upstream_json.h"
#include "net/worker_pool.h"
#include "proxy/admin_api.h"
#include "proxy/forwarder.h"
#include "proxy/held_transfer.h"
#include "proxy/image_path.h"
#include "proxy/prefetch_queue.h"
#include "proxy/upstream.h"
#include "proxy/upstream_call.h"

namespace glint::proxy {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr auto kPatience = 10s;
constexpr std::uint64_t kListLimitBytes = 64u << 20;
// How the route says that the service has no cache of its own; the policy was asked before.
constexpr std::string_view kNoCacheThere = "Caching via API is not supported";

enum class Operation : std::uint8_t { kList, kClear, kQueue, kDelete, kClean, kPrune };
enum class Target : std::uint8_t { kBoth, kCache, kQueue };

http::Response statusOnly(int status) {
  http::Response response;
  response.status = status;
  return response;
}

http::Response jsonResponse(const json& value) {
  http::Response response;
  response.headers.add("Content-Type", "application/json");
  response.body = http::dumpJson(value);
  return response;
}

double unixSeconds(std::chrono::system_clock::time_point time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

std::optional<Target> targetOf(const http::RequestHead& head) {
  const std::string name = asciiLower(head.headers.get("x-image-cache-clear-target").value_or(""));
  if (name.empty()) return Target::kBoth;
  if (name == "cache") return Target::kCache;
  if (name == "queue") return Target::kQueue;
  return std::nullopt;
}

bool holds(const cache::ContentStore& store, const std::string& image) {
  const auto digest = store.aliasOf(image);
  if (!digest) return false;
  for (const cache::ContentInfo& content : store.list())
    if (content.digest == *digest) return true;
  return false;
}

// What the routes do, once the caller may. On a worker.
class CacheActions {
 public:
  explicit CacheActions(Edge& edge) : edge_(edge) {}

  http::Response list() const {
    json cached = json::array();
    for (const cache::ContentInfo& content : edge_.store.list()) {
      for (const std::string& image : content.image_ids) {
        cached.push_back({{"image_id", image},
                          {"hits", content.hits},
                          {"last_accessed", unixSeconds(content.last_used)},
                          {"last_modified", unixSeconds(content.stored_at)},
                          {"size", content.size}});
      }
    }
    json queued = json::array();
    for (const PrefetchItem& item : edge_.prefetch->list())
      if (item.state != PrefetchItem::State::kFailed) queued.push_back(item.image.value);
    return jsonResponse(
        {{"cached_images", std::move(cached)}, {"queued_images", std::move(queued)}});
  }

  http::Response clear(Target target) const {
    if (target != Target::kCache) edge_.prefetch->clear();
    if (target != Target::kQueue)
      for (const cache::ContentInfo& content : edge_.store.list())
        edge_.store.remove(content.digest);
    return statusOnly(204);
  }

  http::Response queue(const image::ImageId& image, const http::RequestHead& head) const {
    if (holds(edge_.store, image.value)) return statusOnly(202);
    const auto added = edge_.prefetch->add(image, kRequestedPriority, "request");
    return added ? statusOnly(202) : http::errorResponse(added.error(), head.headers);
  }

  http::Response forget(const image::ImageId& image) const {
    edge_.prefetch->remove(image);
    if (const auto digest = edge_.store.aliasOf(image.value)) edge_.store.remove(*digest);
    return statusOnly(204);
  }

 private:
  Edge& edge_;
};

// One request: what the upstream says of the image and of the caller, then the action.
class CacheRequest : public std::enable_shared_from_this<CacheRequest> {
 public:
  CacheRequest(LoopContext& context, net::ExchangePtr exchange, Operation operation,
               image::ImageId image, Credentials credentials)
      : context_(context), exchange_(std::move(exchange)), operation_(operation) {
    request_.image = std::move(image);
    request_.credentials = std::move(credentials);
    request_.request_id = exchange_->requestId();
    request_.accept = head().headers.get("accept").value_or("");
  }

  void start(bool trusted) {
    exchange_->onClosed([self = shared_from_this()](bool) {
      self->closed_ = true;
      self->transfer_.reset();
    });
    if (operation_ == Operation::kClear && !targetOf(head()))
      return refuse(400, "x-image-cache-clear-target must be cache, queue or absent.");
    if (operation_ == Operation::kQueue && context_.edge.prefetcher == nullptr)
      return refuse(503, "This edge has no [service_account] to prefetch with.");
    if (trusted) return act();
    if (!context_.edge.upstream.reachable()) return exchange_->respond(unreachableResponse(head()));
    operation_ == Operation::kQueue || operation_ == Operation::kDelete ? askImage() : askPolicy();
  }

 private:
  const http::RequestHead& head() const { return exchange_->request(); }

  void refuse(int status, const char* why) {
    exchange_->respond(http::errorResponse(status, why, head().headers));
  }

  void ask(const std::string& target, std::uint64_t limit,
           void (CacheRequest::*next)(UpstreamAnswer)) {
    net::ClientRequest request = makeDataRequest(context_.edge.upstream, request_, "");
    request.url = context_.edge.upstream.urlOf(target);
    request.total_timeout = kPatience;
    transfer_ =
        net::fetch(context_.client, std::move(request), limit,
                   [weak = weak_from_this(), next, url = request.url,
                    call = UpstreamCall(context_.edge.metrics, UpstreamCall::Kind::kAuthorize)](
                       Result<net::FetchedResponse> answer) mutable {
                     answer ? call.answered(answer->head.status) : call.failed(answer.error());
                     const auto self = weak.lock();
                     if (!self || self->closed_) return;
                     if (!answer) {
                       self->context_.edge.upstream.suspect(answer.error(), url);
                       return self->exchange_->respond(unreachableResponse(self->head()));
                     }
                     ((*self).*next)({answer->head.status, std::move(answer->head.headers),
                                      std::move(answer->body)});
                   });
  }

  void askImage() {
    ask("/v2/images/" + request_.image.value, image::kMaxShowAnswer, &CacheRequest::imageSaid);
  }

  void imageSaid(UpstreamAnswer answer) {
    const bool kept_here = operation_ == Operation::kDelete && answer.status == 404 &&
                           context_.edge.store.aliasOf(request_.image.value).has_value();
    if (answer.status != 200 && !kept_here) return exchange_->respond(toResponse(answer));
    if (operation_ == Operation::kQueue) {
      const auto image = image::parseShowAnswer(answer.body);
      active_ = image && image->status == image::ImageStatus::kActive;
    }
    askPolicy();
  }

  void askPolicy() { ask("/v2/cache", kListLimitBytes, &CacheRequest::policySaid); }

  void policySaid(UpstreamAnswer answer) {
    const bool none_there =
        answer.status == 404 && answer.body.find(kNoCacheThere) != std::string::npos;
    if (answer.status == 404 && !none_there)
      return refuse(403,
                    "The image service behind this edge does not say who may manage caches; use "
                    "the edge's admin token.");
    if (answer.status != 200 && !none_there) return exchange_->respond(toResponse(answer));
    if (!active_) return refuse(400, "Only images that are active can be cached.");
    act();
  }

  void act() {
    const net::ExchangePtr here = exchange_;
    auto done = [weak = weak_from_this(), exchange = exchange_, &edge = context_.edge,
                 &loop = context_.loop, operation = operation_, image = request_.image,
                 request = std::make_shared<const http::RequestHead>(head())]() mutable {
      auto response = std::make_shared<http::Response>(run(edge, operation, image, *request));
      loop.post(
          [response, exchange = std::move(exchange)] { exchange->respond(std::move(*response)); });
    };
    if (!context_.edge.workers.trySubmit(std::move(done)))
      here->respond(http::errorResponse(503, "The edge is busy.", here->request().headers));
  }

  static http::Response run(Edge& edge, Operation operation, const image::ImageId& image,
                            const http::RequestHead& request) {
    const CacheActions actions(edge);
    switch (operation) {
      case Operation::kList:
        return actions.list();
      case Operation::kClear:
        return actions.clear(targetOf(request).value_or(Target::kBoth));
      case Operation::kQueue:
        return actions.queue(image, request);
      case Operation::kDelete:
        return actions.forget(image);
      case Operation::kClean:  // the store keeps nothing invalid or unfinished
        return statusOnly(200);
      case Operation::kPrune:  // and never more than it may
        return jsonResponse({{"total_files_pruned", 0}, {"total_bytes_pruned", 0}});
    }
    return statusOnly(500);
  }

  LoopContext& context_;
  const net::ExchangePtr exchange_;
  const Operation operation_;
  DataRequest request_;
  std::unique_ptr<net::Transfer> transfer_;
  bool active_ = true;  // the image that is to be queued
  bool closed_ = false;
};

struct Route {
  http::Method method;
  Operation operation;
  const char* label;
};
constexpr Route kWhole[] = {{http::Method::kGet, Operation::kList, "cache_list"},
                            {http::Method::kDelete, Operation::kClear, "cache_clear"}};
constexpr Route kImage[] = {{http::Method::kPut, Operation::kQueue, "cache_queue"},
                            {http::Method::kDelete, Operation::kDelete, "cache_delete"}};
constexpr Route kClean[] = {{http::Method::kPost, Operation::kClean, "cache_clean"}};
constexpr Route kPrune[] = {{http::Method::kPost, Operation::kPrune, "cache_prune"}};

std::span<const Route> routesOf(std::string_view rest) {
  if (rest.empty()) return kWhole;
  if (rest == "clean") return kClean;
  if (rest == "prune") return kPrune;
  return kImage;
}

}  // namespace

CacheApi::CacheApi(Edge& edge, const CredentialsReader& credentials, std::string admin_token)
    : edge_(edge), credentials_(credentials), admin_token_(std::move(admin_token)) {}

bool CacheApi::tryHandle(LoopContext& context, const net::ExchangePtr& exchange) {
  const http::RequestHead& head = exchange->request();
  const auto rest = cacheOfPath(head.path());
  if (!rest || edge_.prefetch == nullptr) return false;
  std::string allow;
  for (const Route& route : routesOf(*rest)) {
    allow.append(allow.empty() ? "" : ", ").append(http::toString(route.method));
    if (route.method != head.method) continue;
    exchange->setRoute(route.label);
    std::make_shared<CacheRequest>(context, exchange, route.operation,
                                   image::ImageId{std::string(*rest)},
                                   credentials_.read(head.headers))
        ->start(equalsSecret(head.headers.get("x-glint-admin-token").value_or(""), admin_token_));
    return true;
  }
  exchange->setRoute("other");
  exchange->respond(http::methodNotAllowed(allow, head.headers));
  return true;
}

}  // namespace glint::proxy
