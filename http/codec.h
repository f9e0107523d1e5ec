// Decodes the requests of one server connection: bytes in, events out. No sockets, no copies of
// body bytes.
//
// The grammar is llhttp's, made stricter: a message that two HTTP implementations could frame
// differently is refused (RFC 9112 §11.2), never repaired.
//
// Use: call next() with what was received; drop `consumed` bytes; call again with the rest until
// kNeedMore (which always consumed everything) or kError.
//
//   kHead      takeHead() gives the request; the body's bytes are not consumed yet
//   kBody      `body` is a piece of the body: a view into the input just given
//   kEnd       the message is complete; the rest of the input belongs to the next request
//   kNeedMore  read from the socket
//   kError     error() says why; nothing follows: answer error().status and close
//
// Threads: one owner. Memory: fixed size between requests; allocates only the head's strings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "http/message.h"

namespace glint::http {

struct DecoderLimits {
  std::uint32_t max_head_bytes = 64 * 1024;    // 431 beyond; also bounds a trailer section
  std::uint32_t max_headers = 256;             // 431 beyond; also bounds trailer fields
  std::uint32_t max_target_bytes = 16 * 1024;  // 414 beyond
  std::uint32_t max_chunk_line_bytes = 1024;   // chunk size with its extensions; 400 beyond
};

struct DecodeError {
  int status = 0;           // 400, 414, 417, 431, 501 or 505
  const char* reason = "";  // for the log; a literal
};

class RequestDecoder {
 public:
  struct Event {
    enum class Kind : std::uint8_t { kNeedMore, kHead, kBody, kEnd, kError };
    Kind kind = Kind::kNeedMore;
    std::size_t consumed = 0;  // bytes of the input that are done with
    std::span<const std::byte>
        body;  // kBody: the end of what was consumed (a chunk line precedes it)
  };

  explicit RequestDecoder(const DecoderLimits& limits = {});
  ~RequestDecoder();
  RequestDecoder(RequestDecoder&&) noexcept;
  RequestDecoder& operator=(RequestDecoder&&) noexcept;

  Event next(std::span<const std::byte> input);

  // The request announced by the last kHead. Once per kHead.
  RequestHead takeHead();
  const DecodeError& error() const;
  // True when no byte of a further request has been consumed: the connection is idle and may be
  // closed without loss.
  bool idle() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace glint::http
