// The Exchange of a Connection. It outlives the connection when a handler keeps it; then it only
// says "over".
//
// Threads: the connection's loop.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "net/exchange.h"

namespace glint::net {

class Connection;
class ServerObserver;

class ConnectionExchange : public Exchange {
 public:
  using Clock = std::chrono::steady_clock;

  ConnectionExchange(Connection& connection, EventLoop& loop, http::RequestHead head,
                     const Peer& peer);

  EventLoop& loop() override { return loop_; }
  const http::RequestHead& request() const override { return head_; }
  const std::string& requestId() const override { return request_id_; }
  const Peer& peer() const override { return peer_; }
  void setRoute(const char* route) override { route_ = route; }
  void setSource(const char* source) override { source_ = source; }
  void annotate(const char* key, std::string value) override;
  void receive(std::shared_ptr<http::BodySink> sink, std::uint64_t limit_bytes) override;
  void resumeBody() override;
  void respond(http::Response response) override;
  bool responded() const override { return responded_; }
  void abort() override;
  void onClosed(std::function<void(bool clean)> callback) override;

  // For the connection.
  bool receiving() const { return sink_ != nullptr; }
  bool paused() const { return paused_; }
  bool bodyWanted() const { return body_wanted_; }
  void deliver(Slice slice);
  void deliverEnd();
  void deliverAbort(const Error& error);
  void markFirstByte();
  bool firstByteMarked() const { return first_byte_ != Clock::duration::zero(); }
  // Ends the exchange: tells sink and callbacks, and the observer. The connection is not touched
  // again.
  void finish(bool clean, std::uint64_t response_body_bytes, ServerObserver& observer);

 private:
  Connection* connection_;  // nullptr once the exchange is over
  EventLoop& loop_;
  http::RequestHead head_;
  Peer peer_;
  std::string request_id_;
  const char* route_ = "unmatched";
  const char* source_ = "";
  std::vector<std::pair<const char*, std::string>> annotations_;
  std::shared_ptr<http::BodySink> sink_;
  std::uint64_t body_limit_ = 0;
  std::uint64_t body_bytes_ = 0;
  bool body_wanted_ = false;
  bool paused_ = false;
  bool responded_ = false;
  int status_ = 0;
  Clock::time_point started_ = Clock::now();
  Clock::duration first_byte_{};
  std::vector<std::function<void(bool)>> closed_;
};

}  // namespace glint::net
