// Which header fields cross the edge, and what it adds (RFC 9110 §7.6).
#pragma once

#include <string>
#include <string_view>

#include "http/headers.h"
#include "net/exchange.h"

namespace glint::proxy {

// Without hop-by-hop fields: those of RFC 9110 §7.6.1, and whatever Connection names.
http::HeaderMap endToEndHeaders(const http::HeaderMap& headers);

// A client's request headers as the upstream gets them: end-to-end fields without Host, framing and
// Expect, plus X-Forwarded-For, X-Forwarded-Proto, Via and the request id.
http::HeaderMap upstreamHeaders(const net::Exchange& exchange);

// An upstream's response headers as a client gets them: end-to-end fields without framing.
http::HeaderMap clientHeaders(const http::HeaderMap& upstream);

// The edge's own address as this client sees it, "http://edge:9393"; empty when it sent no Host.
std::string edgeOrigin(const net::Exchange& exchange);

}  // namespace glint::proxy
