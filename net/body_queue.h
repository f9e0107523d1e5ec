// The bounded queue that carries a request body from the event loop to the worker that reads it.
// Slices travel through it uncopied.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "http/body.h"
#include "http/body_reader.h"

namespace glint::net {

// Threads: the sink's methods on the loop, read() on one worker, the rest on any.
class BodyQueue : public http::BodySink, public http::BodyReader {
 public:
  // onData() answers kPause when at least `limit_bytes` wait; `resume` is then called once, when
  // less than half of that is left (or the queue is closed): by the reading worker, never under a
  // lock, so it has to post to the loop itself.
  static std::shared_ptr<BodyQueue> create(std::uint64_t limit_bytes, std::function<void()> resume);

  // The reading side is done: what waits and what still comes is dropped.
  virtual void close() = 0;
  virtual std::uint64_t waitingBytes() const = 0;
};

}  // namespace glint::net
