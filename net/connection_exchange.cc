#include "net/connection_exchange.h"

#include <algorithm>

#include "base/check.h"
#include "base/uuid.h"
#include "net/connection.h"
#include "net/event_loop.h"
#include "net/observer.h"

namespace glint::net {
namespace {

constexpr std::size_t kMaxRequestId = 64;

// A caller's id is adopted when it is harmless in a log and a header; "req-" is prefixed when
// missing (Images API: the request id).
std::string requestIdOf(const http::HeaderMap& headers) {
  const auto given = headers.get("x-openstack-request-id");
  const auto harmless = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_' || c == '.';
  };
  if (given && !given->empty() && given->size() <= kMaxRequestId &&
      std::all_of(given->begin(), given->end(), harmless)) {
    return given->starts_with("req-") ? std::string(*given) : "req-" + std::string(*given);
  }
  return "req-" + makeUuid();
}

}  // namespace

ConnectionExchange::ConnectionExchange(Connection& connection, EventLoop& loop,
                                       http::RequestHead head, const Peer& peer)
    : connection_(&connection),
      loop_(loop),
      head_(std::move(head)),
      peer_(peer),
      request_id_(requestIdOf(head_.headers)) {}

void ConnectionExchange::annotate(const char* key, std::string value) {
  annotations_.emplace_back(key, std::move(value));
}

void ConnectionExchange::receive(std::shared_ptr<http::BodySink> sink, std::uint64_t limit_bytes) {
  GLINT_CHECK(loop_.onLoopThread(), "an exchange is used on its loop");
  GLINT_CHECK(!body_wanted_, "a request body is received once");
  body_wanted_ = true;
  sink_ = std::move(sink);
  body_limit_ = limit_bytes;
  if (!connection_) {
    deliverAbort({ErrorCode::kCancelled, "the client went away"});
    return;
  }
  if (!head_.hasBody()) {
    deliverEnd();
    return;
  }
  connection_->startBody();
}

void ConnectionExchange::resumeBody() {
  if (!paused_) return;
  paused_ = false;
  if (connection_) connection_->resumeBody();
}

void ConnectionExchange::deliver(Slice slice) {
  body_bytes_ += slice.size();
  if (body_bytes_ > body_limit_) {
    deliverAbort({ErrorCode::kTooLarge, "the request body is longer than allowed"});
    return;
  }
  const auto sink = sink_;  // the sink may answer, and the exchange end, within the call
  paused_ = sink->onData(std::move(slice)) == http::Flow::kPause;
}

void ConnectionExchange::deliverEnd() {
  if (const auto sink = std::exchange(sink_, nullptr)) sink->onEnd();
}

void ConnectionExchange::deliverAbort(const Error& error) {
  paused_ = false;
  if (const auto sink = std::exchange(sink_, nullptr)) sink->onAbort(error);
}

void ConnectionExchange::respond(http::Response response) {
  GLINT_CHECK(loop_.onLoopThread(), "an exchange is used on its loop");
  if (responded_ || !connection_) return;
  responded_ = true;
  status_ = response.status;
  connection_->startResponse(response);
}

void ConnectionExchange::abort() {
  if (connection_) connection_->close();
}

void ConnectionExchange::onClosed(std::function<void(bool clean)> callback) {
  if (!connection_) {
    callback(false);
    return;
  }
  closed_.push_back(std::move(callback));
}

void ConnectionExchange::markFirstByte() {
  if (!firstByteMarked()) first_byte_ = Clock::now() - started_;
}

void ConnectionExchange::finish(bool clean, std::uint64_t response_body_bytes,
                                ServerObserver& observer) {
  connection_ = nullptr;
  deliverAbort({ErrorCode::kCancelled, "the client went away"});
  observer.onRequestFinished({.request = head_,
                              .peer = peer_,
                              .request_id = request_id_,
                              .route = route_,
                              .source = source_,
                              .status = firstByteMarked() ? status_ : 0,
                              .clean = clean,
                              .request_body_bytes = body_bytes_,
                              .response_body_bytes = response_body_bytes,
                              .duration = Clock::now() - started_,
                              .first_byte = first_byte_,
                              .annotations = annotations_});
  for (const auto& callback : std::exchange(closed_, {})) callback(clean);
}

}  // namespace glint::net
