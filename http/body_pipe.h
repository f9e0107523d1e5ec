// Joins a sink to a source on one loop: what is pushed in comes out when pulled, with a bound in
// between. The edge uses it to stream a request to the upstream and a response back.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "http/body.h"

namespace glint::http {

// Threads: one loop. onData() answers kPause when more than `limit_bytes` wait; `resume` is called
// once each time the backlog falls below half of that again.
class BodyPipe : public BodySink, public BodySource {
 public:
  static std::shared_ptr<BodyPipe> create(std::uint64_t limit_bytes = 1u << 20);
  virtual void setResume(std::function<void()> resume) = 0;
  // Called once when the reading side goes away: pushed data is dropped from now on.
  virtual void closeSource() = 0;
};

}  // namespace glint::http
