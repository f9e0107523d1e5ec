// Bodies: what a response's body is made of, and the two ends of a byte stream.
//
// A response body is a description that the connection pumps: nothing, bytes, a range of a file
// (sent by sendfile), or a stream pulled piece by piece. A received body is pushed into a sink.
// Threads: sources and sinks belong to the event loop of the connection they are attached to.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "base/handle.h"
#include "base/result.h"
#include "base/slice.h"

namespace glint::http {

struct FileRange {
  std::shared_ptr<const UniqueFd> file;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

// What a source has right now.
struct Pulled {
  enum class State : std::uint8_t {
    kReady,  // `chunk` holds at least one byte
    kWait,   // nothing yet: the source calls its wake function later
    kEnd,    // the body is complete
    kAbort,  // the body cannot be completed: the connection is cut, never ended cleanly
  };
  State state = State::kWait;
  std::variant<Slice, FileRange> chunk;
};

class BodySource {
 public:
  virtual ~BodySource() = default;
  // The next chunk, at most `max_bytes` of it. Not called again after kEnd or kAbort.
  virtual Pulled pull(std::uint64_t max_bytes) = 0;
  // Called once, before the first pull(). After a kWait the source calls `wake` (on the loop, any
  // number of times) when it is worth pulling again.
  virtual void setWake(std::function<void()> wake) = 0;
};

struct Stream {
  std::shared_ptr<BodySource> source;
  std::optional<std::uint64_t> length;  // absent: chunked
};

using Body = std::variant<std::monostate, std::string, FileRange, Stream>;

enum class Flow : std::uint8_t { kContinue, kPause };  // kPause: no more data until resumed

class BodySink {
 public:
  virtual ~BodySink() = default;
  // The slice's memory is shared: it may be kept. kPause takes effect after this slice.
  virtual Flow onData(Slice slice) = 0;
  virtual void onEnd() = 0;
  // The sender went away, stalled or broke the protocol. Nothing follows.
  virtual void onAbort(const Error& error) = 0;
};

}  // namespace glint::http
