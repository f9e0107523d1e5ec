// The identity seam: turns a request into a caller.
//
// Threads: any, several at once.
#pragma once

#include <string>

#include "base/context.h"
#include "base/result.h"
#include "http/headers.h"
#include "net/exchange.h"
#include "origin/identity/caller.h"

namespace glint::origin {

class Identity {
 public:
  virtual ~Identity() = default;

  // May block on an identity service: workers only. `headers` are the request's, `peer` is
  // who sent it. Errors: kForbidden (token missing, unknown or expired: the API answers 401);
  // any other: the identity service does not help (503).
  virtual Result<Caller> authenticate(const RequestContext& context, const http::HeaderMap& headers,
                                      const net::Peer& peer) = 0;

  // Never blocks: false when the token is known to be missing or bad, so that the event loop can
  // answer 401 ahead of "no such route".
  virtual bool mayBeKnown(const http::HeaderMap& headers) const = 0;

  // The value of WWW-Authenticate on 401 answers; empty: no such header.
  virtual std::string challenge() const = 0;
};

}  // namespace glint::origin
