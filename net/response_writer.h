// Writes one response to a transport: head, then the body the description asks for. Bytes go out by
// one sendmsg with the head, file ranges by sendfile, streams as they are pulled (with chunk
// framing when the length is unknown).
//
// Threads: the connection's loop.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>

#include "http/body.h"
#include "http/encode.h"
#include "net/transport.h"

namespace glint::net {

class ResponseWriter {
 public:
  enum class Progress : std::uint8_t {
    kDone,       // everything has been handed to the kernel
    kMore,       // one turn's share was sent: call again (other connections first)
    kWantWrite,  // the socket is full
    kWantRead,   // TLS needs to read first
    kWaiting,    // the stream has nothing yet; it calls `wake`
    kFailed,     // cut the connection
  };

  // `head` is the complete encoded head, which announced `framing`; with kNone the body is not sent
  // (HEAD, 204, 304). `wake` is given to a stream.
  void start(std::string head, http::Body body, http::Framing::Kind framing,
             std::function<void()> wake);
  Progress flush(Transport& transport);

  bool active() const { return active_; }
  // The head has been handed over at least in part.
  bool begun() const { return begun_; }
  std::uint64_t bodyBytes() const { return body_bytes_; }
  // Bytes moved in all, for rate supervision.
  std::uint64_t bytes() const { return bytes_; }
  void drop();  // forget what is left, release the body

 private:
  using Current = std::variant<std::monostate, Slice, http::FileRange>;

  Progress step(Transport& transport);
  Progress sendBytes(Transport& transport);
  Progress sendFileRange(Transport& transport, http::FileRange& range);
  Progress pullNext();
  bool takeChunk(http::Pulled pulled);
  Progress endOfStream();
  void consumeText(std::size_t& moved);
  static Progress progressOf(Io::State state);

  std::string text_;  // head, or chunk framing, that goes before `current_`
  std::size_t text_sent_ = 0;
  Current current_;
  std::shared_ptr<http::BodySource> source_;
  std::uint64_t source_left_ = 0;  // of a stream with a known length
  http::Framing::Kind framing_ = http::Framing::Kind::kNone;
  bool after_chunk_ = false;  // CRLF is due before the next chunk
  bool active_ = false;
  bool begun_ = false;
  std::uint64_t body_bytes_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace glint::net
