// A listening TCP socket on a loop. Every loop of a server has its own on the same port
// (SO_REUSEPORT), so the kernel spreads connections over the loops.
//
// Threads: open() any; the object belongs to its loop.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/handle.h"
#include "base/result.h"

namespace glint::net {

class EventLoop;

struct BoundSocket {
  UniqueFd socket;
  std::uint16_t port = 0;
};

// Binds and listens. Errors: kConflict (the port is in use by somebody else), kForbidden,
// kInvalidArgument (no such local address). `shared`: allow further sockets of ours on the same
// port; the first one of a server is opened without, since SO_REUSEPORT would let two servers of
// one user share a port without a word.
enum class PortSharing : std::uint8_t { kExclusive, kShared };
Result<BoundSocket> bindTcp(const std::string& host, std::uint16_t port, PortSharing sharing);
Status listenOn(const BoundSocket& socket);

class Listener {
 public:
  using OnAccept = std::function<void(UniqueFd socket, std::string address)>;
  static std::unique_ptr<Listener> create(EventLoop& loop, UniqueFd socket, OnAccept on_accept);
  virtual ~Listener() = default;
};

}  // namespace glint::net
