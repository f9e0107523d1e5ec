// What the connections of one loop share. Internal to the server.
//
// Threads: LoopContext belongs to its loop; ServerShared is used by all loops (atomics only).
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <unordered_set>

#include "base/slice.h"
#include "http/encode.h"
#include "net/server.h"

namespace glint::net {

class Connection;
class TlsContext;

struct ServerShared {
  ServerOptions options;
  ServerObserver& observer;
  std::atomic<std::uint32_t> connections{0};
  std::atomic<std::shared_ptr<const TlsContext>> tls{};  // empty: plain
};

struct LoopContext {
  EventLoop& loop;
  ServerShared& shared;
  std::unique_ptr<Handler> handler;
  // The registry owns the connections: each is in it from begin() to close().
  std::unordered_set<std::shared_ptr<Connection>> connections;
  std::shared_ptr<Block> scratch;  // where heads are read to; nothing stays in it
  http::DateCache date;
  bool draining = false;
};

}  // namespace glint::net
