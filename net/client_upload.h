// The body of a request as libcurl reads it: bytes copied piece by piece out of whatever the body
// is made of. Internal to the client.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "http/body.h"

namespace glint::net {

// Threads: one owner, on the loop.
class UploadFeed {
 public:
  enum class Outcome : std::uint8_t {
    kBytes,   // `bytes` were put into the buffer
    kWait,    // the source has nothing yet; it will call its wake function
    kEnd,     // the body is complete
    kFailed,  // the body cannot be completed: error()
  };
  struct Piece {
    Outcome outcome = Outcome::kEnd;
    std::size_t bytes = 0;
  };

  explicit UploadFeed(http::Body body);

  bool present() const { return present_; }  // there is a body, perhaps of zero bytes
  std::optional<std::uint64_t> length() const { return length_; }
  void setWake(std::function<void()> wake);

  Piece fill(std::span<char> buffer);
  // The bytes of a small body that is no stream, to be sent at once with the head; counts as handed
  // over. The view lives until drop().
  std::optional<std::string_view> takeInline(std::size_t max_bytes);
  // Everything has been handed over.
  bool complete() const { return ended_; }
  // Back to the first byte, for a retry on another connection. False: bytes of a stream are gone.
  bool rewind();
  const Error& error() const { return error_; }
  void drop();  // releases the source; nothing is read any more

 private:
  using Chunk = std::variant<Slice, http::FileRange>;

  std::size_t copyFrom(Slice& slice, std::span<char> buffer);
  std::size_t copyFrom(http::FileRange& range, std::span<char> buffer);
  Outcome next();  // makes chunk_ non-empty, if it can
  void broken(std::string message);
  static std::uint64_t sizeOf(const Chunk& chunk);

  bool present_ = false;
  std::optional<std::uint64_t> length_;
  std::uint64_t taken_ = 0;
  std::optional<Chunk> whole_;  // a body that is not a stream
  std::shared_ptr<http::BodySource> source_;
  Chunk chunk_;
  bool ended_ = false;
  bool failed_ = false;
  Error error_{ErrorCode::kInternal, {}};
};

}  // namespace glint::net
