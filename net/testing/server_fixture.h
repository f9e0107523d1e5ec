// For tests of the server: a running one with a recording observer, and a blocking client that says
// exactly what it is told.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/handle.h"
#include "base/mutex.h"
#include "net/event_loop.h"
#include "net/observer.h"
#include "net/server.h"

namespace glint::net::testing {

// Threads: any.
class RecordingObserver : public ServerObserver {
 public:
  struct Finished {
    std::string target;
    std::string route;
    int status = 0;
    bool clean = false;
    std::uint64_t request_body_bytes = 0;
    std::uint64_t response_body_bytes = 0;
    std::string tls_subject;
    std::string request_id;
    std::map<std::string, std::string> annotations;
  };

  void onConnectionOpened() override { ++opened; }
  void onConnectionClosed() override { ++closed; }
  void onConnectionRefused(const char* reason) override;
  void onRequestFinished(const FinishedRequest& request) override;

  std::vector<Finished> finished() const;
  int refused(const std::string& reason) const;

  std::atomic<int> opened = 0;
  std::atomic<int> closed = 0;

 private:
  mutable Mutex mutex_;
  std::vector<Finished> finished_ GUARDED_BY(mutex_);
  std::map<std::string, int> refused_ GUARDED_BY(mutex_);
};

// Blocks until `condition` holds, at most 10 s. Returns whether it held.
bool eventually(const std::function<bool()>& condition);

struct RawResponse {
  int status = 0;
  std::string head;  // with the empty line
  std::string body;  // decoded
  std::optional<std::string> header(std::string_view name) const;
};

// A blocking client socket; every wait is bounded by 10 s.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port);
  bool send(std::string_view bytes);  // false: cut
  // Sends as much as fits; stops when the socket takes nothing for `quiet`. Returns the bytes sent.
  std::size_t sendUntilBlocked(std::string_view bytes, std::chrono::milliseconds quiet);
  // The next response. Status 0: the connection ended, or 10 s passed, before it was complete.
  enum class Request { kOther, kHead };
  RawResponse receive(Request request = Request::kOther);
  std::string receiveSome(std::size_t count);  // at most `count`; empty: ended
  std::string receiveAll();                    // until the connection ends
  bool ended();  // true when the server ends the connection (cleanly or not) within 10 s
  void shutdownWrite();
  void reset();  // RST
  void close() { socket_.reset(); }
  void limitReceiveBuffer(int bytes);

 private:
  bool fill();
  std::string take(std::size_t count);
  std::string readBody(const RawResponse& response, bool& whole);

  UniqueFd socket_;
  std::string buffer_;
};

class LambdaHandler : public Handler {
 public:
  explicit LambdaHandler(std::function<void(ExchangePtr)> function)
      : function_(std::move(function)) {}
  void handle(ExchangePtr exchange) override { function_(std::move(exchange)); }

 private:
  std::function<void(ExchangePtr)> function_;
};

// `serve` runs on the loops.
class ServerFixture {
 public:
  explicit ServerFixture(std::function<void(ExchangePtr)> serve, ServerOptions options = {});

  std::uint16_t port() const { return server->port(); }
  std::string url(std::string_view path) const {
    return "http://127.0.0.1:" + std::to_string(port()) + std::string(path);
  }

  RecordingObserver observer;
  std::unique_ptr<Server> server;
};

http::Response textResponse(int status, std::string body);

}  // namespace glint::net::testing
