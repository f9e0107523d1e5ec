// A client for workers: small requests that block the caller, over connections that all callers
// share.
//
// Threads: any number of callers, none of them on a loop thread; the transfers run on a loop thread
// of the object's own.
#pragma once

#include <cstdint>
#include <memory>

#include "net/client.h"

namespace glint::net {

class BlockingClient {
 public:
  static Result<std::unique_ptr<BlockingClient>> create(const ClientOptions& options);
  virtual ~BlockingClient() = default;  // after the last fetch() has returned

  // Blocks until the answer is there; give the request a total_timeout. Errors: those of
  // ResponseSink::onAbort; kTooLarge (an answer longer than `limit_bytes`).
  virtual Result<FetchedResponse> fetch(const ClientRequest& request,
                                        std::uint64_t limit_bytes) = 0;
};

}  // namespace glint::net
