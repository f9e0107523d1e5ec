// Small requests one after the other, for a thread of one's own that must be able to end: every
// call blocks that thread, and interrupt() from any other ends the call that runs and all later
// ones.
//
// While a call blocks, the loop runs: what else lives on it (transfers, timers) goes on then, and
// only then. Threads: the owner's, but for wake() and interrupt().
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "net/client.h"

namespace glint::net {

class SequentialClient {
 public:
  static Result<std::unique_ptr<SequentialClient>> create(const ClientOptions& options);
  virtual ~SequentialClient() = default;

  // Errors: those of ResponseSink::onAbort; kTooLarge (an answer longer than `limit_bytes`);
  // kCancelled (interrupted).
  virtual Result<FetchedResponse> fetch(ClientRequest request, std::uint64_t limit_bytes) = 0;
  // Waits; wake() ends it early, also one that came before. False: interrupted.
  virtual bool pause(std::chrono::milliseconds span) = 0;

  virtual EventLoop& loop() = 0;
  virtual Client& client() = 0;  // its calls belong on the loop: loop().post()

  virtual void wake() = 0;       // any thread
  virtual void interrupt() = 0;  // any thread
};

}  // namespace glint::net
