// A server connection: reads requests one after another, hands each to the handler as an Exchange,
// and writes its response before the next one is read (so pipelined requests are answered in
// order).
//
//   kIdle -> kHead -> kBody -> kReceived --(response written)--> kIdle | kLingering | closed
//
// kBody waits, without reading the socket, until the handler asks for the body or has answered. A
// response that is sent before the request's body has come is followed by discarding that body:
// within kDiscardBytes the connection stays usable; else it lingers (reads and drops for a bounded
// time, so the client sees the answer, not a reset).
//
// Threads: one loop. Everything of a connection happens there.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/handle.h"
#include "base/slice.h"
#include "http/codec.h"
#include "http/encode.h"
#include "net/exchange.h"
#include "net/response_writer.h"
#include "net/transport.h"

struct event;
extern "C" void event_free(struct event*);

namespace glint::net {

class ConnectionExchange;
struct LoopContext;

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Clock = std::chrono::steady_clock;

  Connection(LoopContext& context, UniqueFd socket, std::unique_ptr<Transport> transport,
             Peer peer);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Registers with the loop. False: libevent refused; drop the connection.
  bool begin();
  // Enforces the time limits; called by the loop's sweep.
  void sweep(Clock::time_point now);
  // Shutdown: an idle connection closes now, a busy one after its response.
  void drain();
  // Cuts the connection. The exchange, if any, ends unclean.
  void close();

 private:
  friend class ConnectionExchange;
  using EventPtr = UniqueHandle<event, event_free>;
  enum class State : std::uint8_t { kIdle, kHead, kBody, kReceived, kLingering, kClosed };

  static void readable(int fd, short what, void* self) noexcept;
  static void writable(int fd, short what, void* self) noexcept;
  void onReadable();
  void onWritable();

  // Reading
  void readSome();
  std::span<std::byte> readSpace();
  Slice claim(std::size_t bytes);
  void process();  // decodes input_ as far as the state allows
  void onHead();
  void onBodyBytes(std::span<const std::byte> bytes);
  void onRequestEnd();
  void onEndOfInput();
  void onDecodeError();
  bool bodyFlowing() const;
  bool mayDecode() const;
  bool wantsInput() const;
  void updateReading();

  // What the exchange asks for
  void startBody();
  void resumeBody();
  void startResponse(http::Response& response);

  // Writing
  void flush();
  void onResponseWritten();
  void armWrite(bool on);
  bool mustCloseAfter(const http::Response& response) const;
  void finishExchange(bool clean);
  void nextRequest();
  void beginLingering();

  void restartRate();
  // Answers what never became a request, and ends the connection.
  void refuse(int status, const char* message, const char* reason);
  http::Framing framingOf(const http::Response& response) const;
  void write(int status, const http::HeaderMap& headers, http::Framing framing, http::Body body);

  LoopContext& context_;
  UniqueFd socket_;
  std::unique_ptr<Transport> transport_;
  Peer peer_;
  EventPtr read_event_;
  EventPtr write_event_;
  bool read_armed_ = false;
  bool write_armed_ = false;
  bool read_wants_write_ = false;  // TLS: a read waits for the socket to be writable

  State state_ = State::kIdle;
  http::RequestDecoder decoder_;
  Slice input_;                        // received, not decoded yet
  std::shared_ptr<Block> body_block_;  // being filled while a body is read
  std::size_t body_block_used_ = 0;
  bool input_ended_ = false;
  bool processing_ = false;
  bool draining_ = false;
  bool close_after_ = false;

  std::shared_ptr<ConnectionExchange> exchange_;
  std::uint64_t discarded_ = 0;
  ResponseWriter writer_;
  bool flushing_ = false;
  bool flush_again_ = false;
  bool blocked_on_peer_ = false;  // a write waits for the socket

  Clock::time_point deadline_;  // of the current state, when it has one
  std::uint64_t received_bytes_ = 0;
  std::uint64_t rate_mark_ = 0;  // received + sent bytes at rate_since_
  Clock::time_point rate_since_;
};

}  // namespace glint::net
