#include "net/worker_handler.h"

#include <exception>
#include <stop_token>
#include <utility>

#include "base/log.h"
#include "http/router.h"
#include "net/body_queue.h"
#include "net/event_loop.h"
#include "net/worker_pool.h"

namespace glint::net {
namespace {

constexpr const char* kRetryAfterSeconds = "1";

// One request on its way through a worker. Made on the loop, used by one worker, then by the loop
// again; only the queue and the stop source are shared while the worker has it. The exchange is
// touched, and let go, on the loop only.
struct Work {
  Work(ExchangePtr request_exchange, const WorkerRoute& matched_route, PathParams path_params)
      : exchange(std::move(request_exchange)),
        route(matched_route),
        head(exchange->request()),
        peer(exchange->peer()),
        params(std::move(path_params)) {
    context.request_id = exchange->requestId();
    context.stop = stop.get_token();
  }

  ExchangePtr exchange;
  const WorkerRoute& route;
  const http::RequestHead head;
  const Peer peer;
  PathParams params;
  std::string body;
  std::shared_ptr<BodyQueue> queue;
  std::stop_source stop;
  RequestContext context;
  std::vector<std::pair<const char*, std::string>> annotations;
  http::Response response;
  bool failed = false;  // the handler let an exception through
};
using WorkPtr = std::shared_ptr<Work>;

class CollectingSink : public http::BodySink {
 public:
  using Done = std::function<void(Result<std::string>)>;
  CollectingSink(std::uint64_t expected_bytes, Done done) : done_(std::move(done)) {
    body_.reserve(static_cast<std::size_t>(expected_bytes));
  }

  http::Flow onData(Slice slice) override {
    body_.append(slice.text());
    return http::Flow::kContinue;
  }
  void onEnd() override { finish(std::move(body_)); }
  void onAbort(const Error& error) override { finish(tl::unexpected<Error>(error)); }

 private:
  void finish(Result<std::string> result) {
    if (const auto done = std::exchange(done_, nullptr)) done(std::move(result));
  }

  std::string body_;
  Done done_;
};

std::vector<http::RouteRow> rowsOf(const std::vector<WorkerRoute>& routes) {
  std::vector<http::RouteRow> rows;
  rows.reserve(routes.size());
  for (const WorkerRoute& route : routes)
    rows.push_back({route.method, route.pattern, route.other_methods});
  return rows;
}

class RoutedWorkerHandler : public WorkerHandler,
                            public std::enable_shared_from_this<RoutedWorkerHandler> {
 public:
  RoutedWorkerHandler(std::vector<WorkerRoute> routes, ErrorResponder on_error, WorkerPool& pool,
                      const WorkerHandlerOptions& options)
      : routes_(std::move(routes)),
        router_(rowsOf(routes_)),
        on_error_(std::move(on_error)),
        pool_(pool),
        options_(options) {}

  void handle(ExchangePtr exchange) override {
    using Kind = http::Router::Match::Kind;
    const http::RequestHead& head = exchange->request();
    auto match = router_.match(head.method, head.path());
    switch (match.kind) {
      case Kind::kNotFound:
      case Kind::kNotAllowed:
        return unmatched(std::move(exchange));
      case Kind::kBadPath:
        return refuse(*exchange, 400, "The path is malformed.");
      case Kind::kFound:
        break;
    }
    const WorkerRoute& route = routes_[match.row];
    exchange->setRoute(route.label);
    const auto work = std::make_shared<Work>(exchange, route, std::move(match.params));
    switch (route.body) {
      case BodyMode::kNone:
        watch(*exchange, *work);
        return submit(work);
      case BodyMode::kBuffered:
        return collect(std::move(exchange), work);
      case BodyMode::kStreamed:
        return stream(std::move(exchange), work);
    }
  }

 private:
  void refuse(Exchange& exchange, int status, const char* message) const {
    exchange.respond(on_error_(status, message, exchange.request()));
  }

  // 404, or 405 with what is allowed.
  http::Response unmatchedResponse(const http::RequestHead& head) const {
    const auto match = router_.match(head.method, head.path());
    if (match.kind == http::Router::Match::Kind::kNotFound)
      return on_error_(404, "No such resource.", head);
    http::Response response = on_error_(405, "The method is not allowed here.", head);
    response.headers.set("Allow", match.allow);
    return response;
  }

  void unmatched(ExchangePtr exchange) {
    auto response = unmatchedResponse(exchange->request());
    const bool final = response.status != 404 && response.status != 405;
    if (!options_.gate || final) return exchange->respond(std::move(response));
    const auto work = std::make_shared<Work>(exchange, unmatched_, PathParams());
    watch(*exchange, *work);
    submit(work);
  }

  // The client's going away reaches a handler that runs.
  static void watch(Exchange& exchange, const Work& work) {
    exchange.onClosed([stop = work.stop](bool clean) mutable {
      if (!clean) stop.request_stop();
    });
  }

  void collect(ExchangePtr exchange, const WorkPtr& work) {
    const std::uint64_t limit = options_.buffered_body_limit;
    const std::uint64_t announced = work->head.content_length.value_or(0);
    if (announced > limit) return refuse(*exchange, 413, "The request body is too long.");
    auto sink = std::make_shared<CollectingSink>(
        announced, [self = shared_from_this(), work](Result<std::string> body) {
          self->onCollected(work, std::move(body));
        });
    exchange->receive(std::move(sink), limit);
  }

  void onCollected(const WorkPtr& work, Result<std::string> body) {
    const ExchangePtr exchange = work->exchange;
    if (!body) {
      work->exchange.reset();
      if (body.error().code == ErrorCode::kTooLarge) {
        refuse(*exchange, 413, "The request body is too long.");
      } else if (body.error().code == ErrorCode::kInvalidArgument) {
        refuse(*exchange, 400, "The request body is malformed.");
      }
      return;  // else nobody is there to be answered
    }
    work->body = std::move(*body);
    watch(*exchange, *work);
    submit(work);
  }

  void stream(ExchangePtr exchange, const WorkPtr& work) {
    EventLoop& loop = exchange->loop();
    const auto queue = BodyQueue::create(options_.stream_queue_bytes,
                                         [&loop, weak = std::weak_ptr<Exchange>(exchange)] {
                                           loop.post([weak] {
                                             if (const auto open = weak.lock()) open->resumeBody();
                                           });
                                         });
    work->queue = queue;
    watch(*exchange, *work);
    submit(work);
    if (!exchange->responded()) exchange->receive(queue, options_.streamed_body_limit);
  }

  void submit(WorkPtr work) {
    const ExchangePtr exchange = work->exchange;
    const bool accepted =
        pool_.trySubmit([self = shared_from_this(), work = std::move(work)]() mutable {
          self->run(*work);
          // Moved on: the worker must not be the last to hold the exchange.
          EventLoop& loop = work->exchange->loop();
          loop.post([self = std::move(self), work = std::move(work)] { self->finish(*work); });
        });
    if (accepted) return;
    http::Response response = on_error_(503, "The service is busy.", exchange->request());
    response.headers.set("Retry-After", kRetryAfterSeconds);
    exchange->respond(std::move(response));
  }

  // On a worker. One of the places where an exception is stopped (style: "Where exceptions stop").
  void run(Work& work) const noexcept {
    try {
      WorkerRequest request{
          work.head,
          work.peer,
          std::move(work.params),
          std::move(work.body),
          work.queue.get(),
          [&work](const char* key, std::string value) {
            work.annotations.emplace_back(key, std::move(value));
          },
          &work.exchange->loop(),
      };
      work.response = work.route.function(work.context, request);
    } catch (const std::exception& problem) {
      onException(work, problem.what());
    } catch (...) {
      onException(work, "not a std::exception");
    }
    if (work.queue) work.queue->close();
  }

  void onException(Work& work, const char* what) const {
    work.failed = true;
    log::error(
        "unexpected_exception",
        {{"where", work.route.label}, {"request_id", work.context.request_id}, {"error", what}});
    if (options_.on_exception) options_.on_exception();
  }

  // On the loop again.
  void finish(Work& work) const {
    const ExchangePtr exchange = std::move(work.exchange);
    for (auto& [key, value] : work.annotations) exchange->annotate(key, std::move(value));
    if (work.failed) return refuse(*exchange, 500, "The request failed unexpectedly.");
    exchange->respond(std::move(work.response));
  }

  const std::vector<WorkerRoute> routes_;
  // What a request without a route is given on a worker.
  const WorkerRoute unmatched_{
      .method = http::Method::kGet,
      .pattern = "",
      .label = "unmatched",
      .body = BodyMode::kNone,
      .function = [this](const RequestContext& context, WorkerRequest& request) {
        if (auto answer = options_.gate(context, request)) return std::move(*answer);
        return unmatchedResponse(request.head);
      }};
  const http::Router router_;
  const ErrorResponder on_error_;
  WorkerPool& pool_;
  const WorkerHandlerOptions options_;
};

}  // namespace

std::shared_ptr<WorkerHandler> WorkerHandler::create(std::vector<WorkerRoute> routes,
                                                     ErrorResponder on_error, WorkerPool& pool,
                                                     const WorkerHandlerOptions& options) {
  return std::make_shared<RoutedWorkerHandler>(std::move(routes), std::move(on_error), pool,
                                               options);
}

}  // namespace glint::net
