// One request and its response on a server connection, as a handler sees it.
//
// Threads: the connection's loop only. A handler may keep the shared pointer and answer later; when
// the client goes away first, the closed callback runs and respond() has no effect any more.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "http/body.h"
#include "http/message.h"

namespace glint::net {

class EventLoop;

struct Peer {
  std::string address;      // numeric, without port
  std::string tls_subject;  // of the verified client certificate; empty without mutual TLS
  bool tls = false;
};

class Exchange {
 public:
  virtual ~Exchange() = default;

  virtual EventLoop& loop() = 0;
  virtual const http::RequestHead& request() const = 0;
  virtual const std::string& requestId() const = 0;
  virtual const Peer& peer() const = 0;

  // Names the route and what served the body, for metrics and the log. Both must be string literals
  // (closed sets).
  virtual void setRoute(const char* route) = 0;
  virtual void setSource(const char* source) = 0;
  // Adds "key=value" to the request's log line; never a credential.
  virtual void annotate(const char* key, std::string value) = 0;

  // Starts delivering the request body (and answers Expect: 100-continue). Without it the body is
  // discarded, within bounds, after the response. At most once. `limit_bytes`: a longer body ends
  // with kTooLarge.
  virtual void receive(std::shared_ptr<http::BodySink> sink, std::uint64_t limit_bytes) = 0;
  virtual void resumeBody() = 0;  // after the sink answered kPause

  virtual void respond(http::Response response) = 0;  // at most once
  virtual bool responded() const = 0;
  virtual void abort() = 0;  // cuts the connection

  // Runs once, when the exchange is over: response sent completely (`clean`), or the connection is
  // gone.
  virtual void onClosed(std::function<void(bool clean)> callback) = 0;
};

using ExchangePtr = std::shared_ptr<Exchange>;

// What a server does with requests. Called on the loop as soon as the head is complete.
class Handler {
 public:
  virtual ~Handler() = default;
  virtual void handle(ExchangePtr exchange) = 0;
};

}  // namespace glint::net
