// What a server tells whoever counts and logs; metrics/ implements it.
// Threads: called on the loops, from several at once.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/message.h"
#include "net/exchange.h"

namespace glint::net {

struct FinishedRequest {
  const http::RequestHead& request;
  const Peer& peer;
  const std::string& request_id;
  const char* route;   // closed set; "unmatched" when no handler named it
  const char* source;  // what served the body: "" , "cache", "fill", "upstream", …
  int status = 0;      // 0: the connection ended before a response began
  bool clean = false;  // the response was sent completely
  std::uint64_t request_body_bytes = 0;
  std::uint64_t response_body_bytes = 0;
  std::chrono::nanoseconds duration{};
  std::chrono::nanoseconds first_byte{};  // until the response head was handed to the kernel
  const std::vector<std::pair<const char*, std::string>>& annotations;
};

class ServerObserver {
 public:
  virtual ~ServerObserver() = default;
  virtual void onConnectionOpened() = 0;
  virtual void onConnectionClosed() = 0;
  // `reason`, closed set: "limit", "bad_request", "header_timeout", "idle_timeout", "stall", "tls".
  virtual void onConnectionRefused(const char* reason) = 0;
  virtual void onRequestFinished(const FinishedRequest& request) = 0;
};

}  // namespace glint::net
