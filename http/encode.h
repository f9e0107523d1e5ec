// Serialises response heads and chunk framing into a caller's buffer.
//
// Threads: the functions any; a DateCache one owner (keep one per event loop).
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

#include "http/headers.h"

namespace glint::http {

// The Date field's value, formatted once per second.
class DateCache {
 public:
  // IMF-fixdate (RFC 9110 §5.6.7); the view lives until the next call.
  std::string_view at(std::chrono::system_clock::time_point now);
  std::string_view now() { return at(std::chrono::system_clock::now()); }

 private:
  std::time_t second_ = -1;
  std::array<char, 29> text_{};
};

// How the end of the body will be known.
struct Framing {
  enum class Kind : std::uint8_t {
    kNone,     // no body and no length field (1xx, 204, 304)
    kLength,   // Content-Length: `length`
    kChunked,  // Transfer-Encoding: chunked; only to HTTP/1.1 clients
    kClose,    // the connection's end; `keep_alive` must be false
  };
  Kind kind = Kind::kLength;
  std::uint64_t length = 0;
  bool keep_alive = true;        // false: "Connection: close"
  bool http_1_0_client = false;  // then keep_alive is said explicitly: "Connection: keep-alive"
};

// Appends status line, fields and the empty line. Content-Length, Transfer-Encoding, Connection and
// Keep-Alive among `headers` are skipped, the framing decides them; a Date among them is kept, else
// `date` is added. A field whose name is no token is skipped; CR, LF, NUL and other controls in a
// value become spaces (RFC 9110 §5.5), so a value can never split a response.
void appendResponseHead(std::string& out, int status, const HeaderMap& headers,
                        const Framing& framing, std::string_view date);

inline constexpr std::string_view kContinueResponse = "HTTP/1.1 100 Continue\r\n\r\n";

// A chunk is appendChunkHeader(size > 0), its bytes, kChunkEnd; the body ends with kLastChunk.
void appendChunkHeader(std::string& out, std::uint64_t size);
inline constexpr std::string_view kChunkEnd = "\r\n";
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

}  // namespace glint::http
