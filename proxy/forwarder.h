// Passes a request on to the upstream and its answer back, streaming both ways, with the caller's
// own token and headers.
//
// Threads: the exchange's loop.
#pragma once

#include <memory>

#include "net/exchange.h"
#include "proxy/context.h"
#include "proxy/held_transfer.h"

namespace glint::proxy {

// Any request, unchanged but for hop-by-hop fields and what proxies add.
void forward(LoopContext& context, const net::ExchangePtr& exchange);

// The answer that a held transfer of the whole image is getting, to the client that caused it.
void passThrough(LoopContext& context, const net::ExchangePtr& exchange,
                 std::unique_ptr<HeldTransfer> held);

// 503 with Retry-After: the upstream cannot be reached.
http::Response unreachableResponse(const http::RequestHead& request);

}  // namespace glint::proxy
