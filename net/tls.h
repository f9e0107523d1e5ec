// Server-side TLS over OpenSSL: certificate and key from PEM files, optional mutual TLS, TLS 1.2
// and newer.
//
// Threads: TlsContext is immutable and shared by all loops; a reload makes a new one. A TLS
// transport belongs to the loop of its connection.
#pragma once

#include <memory>

#include "base/result.h"
#include "net/server.h"
#include "net/transport.h"

namespace glint::net {

class TlsContext {
 public:
  // Errors: kInvalidArgument, naming the file and what is wrong with it.
  static Result<std::shared_ptr<const TlsContext>> create(const TlsOptions& options);
  virtual ~TlsContext() = default;

  // The handshake runs inside the first reads and writes. nullptr when OpenSSL has no memory.
  virtual std::unique_ptr<Transport> accept(int socket) const = 0;
};

}  // namespace glint::net
