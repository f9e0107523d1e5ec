// A server for tests that says exactly what a script tells it to, byte by byte, over a real socket.
//
// Threads: one per connection runs the script; everything else any. A script must not use Catch2's
// macros (they are not for other threads): it records, and the test asks.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace glint::net::testing {

class ScriptedConnection {
 public:
  virtual ~ScriptedConnection() = default;

  virtual int index() const = 0;  // of the connection, from 0
  // The request head with its empty line; empty when the client has gone.
  virtual std::string readHead() = 0;
  // Exactly `count` bytes; fewer when the client has gone.
  virtual std::string read(std::size_t count) = 0;
  // What is there, at most `count` bytes; empty when the client has gone.
  virtual std::string readSome(std::size_t count) = 0;
  // A whole chunked body, decoded; stops at the last chunk or when the client has gone.
  virtual std::string readChunked() = 0;
  virtual bool send(std::string_view bytes) = 0;  // false: the client has gone
  // True once send() has found the socket full for a quarter of a second: the receiver exerts
  // back-pressure. Any thread. Not with TLS.
  virtual bool blocked() const = 0;
  // Says nothing for `span`. False: the client has gone meanwhile.
  virtual bool idle(std::chrono::milliseconds span) = 0;
  virtual void awaitClose() = 0;  // stalls until the client or the server ends the connection
  virtual void reset() = 0;       // RST
};

struct ScriptedTls {
  std::string certificate_file;
  std::string key_file;
  std::string client_ca_file;  // not empty: the client must present a certificate
};

class ScriptedServer {
 public:
  using Script = std::function<void(ScriptedConnection&)>;

  // The connection is closed when the script returns.
  static std::unique_ptr<ScriptedServer> start(Script script);
  static std::unique_ptr<ScriptedServer> startTls(Script script, const ScriptedTls& tls);
  virtual ~ScriptedServer() = default;  // ends all connections, joins their threads

  virtual std::uint16_t port() const = 0;
  virtual int connections() const = 0;                 // accepted so far
  virtual std::vector<std::string> heads() const = 0;  // requests read by readHead(), in order
  std::string url(std::string_view path) const {
    return "http://127.0.0.1:" + std::to_string(port()) + std::string(path);
  }
};

// The answer `status` with a body and Content-Length, on a connection that stays open.
std::string answer(int status, std::string_view body);

}  // namespace glint::net::testing
