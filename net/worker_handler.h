// Runs API handlers: routes a request by table, collects or streams its body, calls a plain
// blocking function on a worker, and sends the answer from the loop.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/context.h"
#include "http/body_reader.h"
#include "http/message.h"
#include "http/router.h"
#include "net/exchange.h"

namespace glint::net {

class EventLoop;
class WorkerPool;

enum class BodyMode : std::uint8_t {
  kNone,      // a body is not wanted; the handler sees only that there was one (head.hasBody())
  kBuffered,  // collected on the loop before the handler runs; longer than the limit: 413
  kStreamed,  // the handler reads it with WorkerRequest::stream
};

using PathParams =
    std::vector<std::pair<std::string_view, std::string>>;  // name → percent-decoded value

struct WorkerRequest {
  const http::RequestHead& head;
  const Peer& peer;
  PathParams params;
  std::string body;                    // kBuffered
  http::BodyReader* stream = nullptr;  // kStreamed
  std::function<void(const char* key, std::string value)>
      annotate;  // adds to the request's log line
  // Of the request's connection, for a body that waits for something: it belongs to that loop.
  EventLoop* loop = nullptr;
  std::string_view param(std::string_view name) const {
    for (const auto& [key, value] : params)
      if (key == name) return value;
    return {};
  }
};

using WorkerFunction = std::function<http::Response(const RequestContext&, WorkerRequest&)>;

struct WorkerRoute {
  http::Method method;
  const char* pattern;  // "/v2/images/{image_id}/file"
  const char* label;    // metric label: "image_upload"
  BodyMode body;
  WorkerFunction function;
  http::OtherMethods other_methods = http::OtherMethods::kNotAllowed;
};

// On a worker, ahead of 404 and 405: an answer in their place (401, say); nullopt: none.
using UnmatchedGate =
    std::function<std::optional<http::Response>(const RequestContext&, WorkerRequest&)>;

struct WorkerHandlerOptions {
  std::uint64_t buffered_body_limit = 1u << 20;
  std::uint64_t stream_queue_bytes = 4u << 20;  // bound between the socket and the handler
  std::uint64_t streamed_body_limit = std::numeric_limits<std::uint64_t>::max();
  // Counts exceptions of handlers (each answers 500); any thread.
  std::function<void()> on_exception = {};
  UnmatchedGate gate = {};  // empty: 404 and 405 are answered on the loop
};

// Answers made before a handler runs (404, 405 with Allow, 413, 503): the owner decides how they
// look.
using ErrorResponder =
    std::function<http::Response(int status, std::string message, const http::RequestHead&)>;

// Shared by all loops (immutable after construction). A path that no route matches is answered 404,
// a method that none of its routes has 405 with Allow, a full pool 503 with Retry-After.
//
// The request's stop token is requested when the client goes away; its stream then answers
// kCancelled. A handler need not read its stream to the end. Answers travel back through
// EventLoop::post(), so the order at shutdown is: Server::drain(), destroy the pool, destroy the
// server (which owns the loops).
class WorkerHandler {
 public:
  // A table with a wrong pattern or two rows for the same route is our bug and aborts.
  static std::shared_ptr<WorkerHandler> create(std::vector<WorkerRoute> routes,
                                               ErrorResponder on_error, WorkerPool& pool,
                                               const WorkerHandlerOptions& options);
  virtual ~WorkerHandler() = default;
  virtual void handle(ExchangePtr exchange) = 0;
};

}  // namespace glint::net
