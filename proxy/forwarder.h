// Passes a request on to the upstream and its answer back, streaming both ways, with the caller's
// own token and headers.
//
// Threads: the exchange's loop.
#pragma once

#include <memory>
#include <optional>

#include "image/content_digest.h"
#include "net/exchange.h"
#include "proxy/context.h"
#include "proxy/held_transfer.h"

namespace glint::proxy {

// Any request, unchanged but for hop-by-hop fields and what proxies add. A body with status 200
// ends cleanly only when it has the digest that is `expected`.
void forward(LoopContext& context, const net::ExchangePtr& exchange,
             std::optional<image::ContentDigest> expected = {});

// The answer that a held transfer of the whole image is getting, to the client that caused it.
void passThrough(LoopContext& context, const net::ExchangePtr& exchange,
                 std::unique_ptr<HeldTransfer> held, std::optional<image::ContentDigest> expected);

// 503 with Retry-After: the upstream cannot be reached.
http::Response unreachableResponse(const http::RequestHead& request);

}  // namespace glint::proxy
