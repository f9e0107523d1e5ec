// Runs API handlers: routes a request by table, collects or streams its body, calls a plain
// blocking function on a worker, and sends the answer from the loop.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/context.h"
#include "http/body_reader.h"
#include "http/message.h"
#include "net/exchange.h"

namespace glint::net {

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
};

struct WorkerHandlerOptions {
  std::uint64_t buffered_body_limit = 1u << 20;
  std::uint64_t stream_queue_bytes = 4u << 20;  // bound between the socket and the handler
};

// Answers made before a handler runs (404, 405 with Allow, 413, 503): the owner decides how they
// look.
using ErrorResponder =
    std::function<http::Response(int status, std::string message, const http::RequestHead&)>;

// Shared by all loops (immutable after construction). Returns false from tryHandle() when no route
// matches the path.
class WorkerHandler {
 public:
  static std::shared_ptr<WorkerHandler> create(std::vector<WorkerRoute> routes,
                                               ErrorResponder on_error, WorkerPool& pool,
                                               const WorkerHandlerOptions& options);
  virtual ~WorkerHandler() = default;
  virtual void handle(ExchangePtr exchange) = 0;
};

}  // namespace glint::net
