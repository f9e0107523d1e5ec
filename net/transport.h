// The bytes of one connection: a plain TCP socket, or TLS over it. Non-blocking; the connection's
// state machine is the same for both.
//
// Threads: the connection's loop.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/handle.h"

namespace glint::net {

// What an attempt came to. `bytes` counts only with kDone.
struct Io {
  enum class State : std::uint8_t {
    kDone,       // `bytes` were moved (at least one)
    kWantRead,   // nothing moved: try again when the socket is readable
    kWantWrite,  // nothing moved: try again when the socket is writable
    kClosed,     // the peer has ended its direction (reads only)
    kFailed,     // the connection is broken, or the file is shorter than promised
  };
  State state = State::kFailed;
  std::size_t bytes = 0;
};

class Transport {
 public:
  virtual ~Transport() = default;

  virtual Io read(std::span<std::byte> into) = 0;
  // `more`: further bytes follow at once (lets the kernel fill packets).
  virtual Io write(std::span<const iovec> parts, bool more) = 0;
  virtual Io sendFile(int file, std::uint64_t offset, std::size_t length) = 0;

  // Bytes already decrypted that no readable event will announce.
  virtual bool hasBuffered() const = 0;
  // Ends our direction: the peer sees a clean end.
  virtual void shutdownWrite() = 0;
  // Subject of the verified client certificate; empty without mutual TLS or before the handshake is
  // done.
  virtual std::string peerSubject() const = 0;
  virtual bool secure() const = 0;
};

// The socket belongs to the caller and outlives the transport.
std::unique_ptr<Transport> makePlainTransport(int socket);

}  // namespace glint::net
