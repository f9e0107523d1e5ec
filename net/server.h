// The HTTP server: N event-loop threads, each with its own listener (SO_REUSEPORT) and connections.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "net/exchange.h"

namespace glint::net {

class EventLoop;
class ServerObserver;

struct TlsOptions {
  std::string certificate_file;  // PEM chain
  std::string key_file;
  std::string
      client_ca_file;  // not empty: clients must present a certificate of this CA (mutual TLS)
};

struct ServerOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;   // 0: chosen by the kernel, see Server::port()
  std::uint32_t loops = 0;  // 0: number of cores
  std::uint32_t max_connections = 8192;
  std::uint32_t max_header_bytes = 64 * 1024;  // 431 beyond
  std::uint32_t max_headers = 256;             // 431 beyond
  std::chrono::milliseconds header_timeout{
      15000};  // from the first byte of a request to the end of its head
  std::chrono::milliseconds idle_timeout{75000};  // keep-alive between requests
  std::chrono::milliseconds stall_timeout{
      30000};  // a body in either direction below min_rate for that long
  std::uint64_t min_rate_bytes_per_second = 1024;
  std::chrono::milliseconds drain_timeout{30000};  // shutdown: bound for what runs
  std::optional<TlsOptions> tls{};
};

Status validate(const ServerOptions& options);

class Server {
 public:
  // Makes the handler of one loop. Called on that loop's thread before it accepts.
  using HandlerFactory = std::function<std::unique_ptr<Handler>(EventLoop& loop)>;

  // Binds and starts all loops. Errors: kConflict (port in use), kInvalidArgument (bad address, TLS
  // files), kForbidden.
  static Result<std::unique_ptr<Server>> start(const ServerOptions& options, HandlerFactory factory,
                                               ServerObserver& observer);
  virtual ~Server() = default;  // drain(0) if it was not called

  virtual std::uint16_t port() const = 0;
  // Stops accepting, lets running exchanges finish within `bound`, cuts the rest, joins the loops.
  virtual void drain(std::chrono::milliseconds bound) = 0;
  virtual Status reloadTls() = 0;  // new connections use the new files; on error the old ones stay
};

}  // namespace glint::net
