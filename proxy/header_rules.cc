#include "proxy/header_rules.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/strings.h"

namespace glint::proxy {
namespace {

constexpr std::array<std::string_view, 9> kHopByHop = {
    "connection",     "keep-alive",        "proxy-connection",   "te", "trailer", "upgrade",
    "http2-settings", "transfer-encoding", "proxy-authenticate",
};

bool isHopByHop(std::string_view name) {
  return std::any_of(kHopByHop.begin(), kHopByHop.end(),
                     [&](std::string_view hop) { return iequals(name, hop); });
}

}  // namespace

http::HeaderMap endToEndHeaders(const http::HeaderMap& headers) {
  const bool names_more = headers.get("connection").has_value();
  http::HeaderMap kept;
  for (const auto& [name, value] : headers) {
    if (isHopByHop(name)) continue;
    if (names_more && headers.hasToken("connection", name)) continue;
    kept.add(name, value);
  }
  return kept;
}

http::HeaderMap upstreamHeaders(const net::Exchange& exchange) {
  http::HeaderMap headers = endToEndHeaders(exchange.request().headers);
  for (const char* name : {"host", "content-length", "expect", "proxy-authorization"}) {
    headers.remove(name);
  }
  std::string forwarded_for;
  if (const auto before = headers.get("x-forwarded-for"))
    forwarded_for = std::string(*before) + ", ";
  headers.set("X-Forwarded-For", forwarded_for + exchange.peer().address);
  if (!headers.get("x-forwarded-proto")) {
    headers.add("X-Forwarded-Proto", exchange.peer().tls ? "https" : "http");
  }
  headers.add("Via", "1.1 glint-edge");
  headers.set("X-Openstack-Request-Id", exchange.requestId());
  return headers;
}

http::HeaderMap clientHeaders(const http::HeaderMap& upstream) {
  http::HeaderMap headers = endToEndHeaders(upstream);
  headers.remove("content-length");
  return headers;
}

std::string edgeOrigin(const net::Exchange& exchange) {
  const auto host = exchange.request().headers.get("host");
  if (!host || host->empty()) return {};
  return (exchange.peer().tls ? "https://" : "http://") + std::string(*host);
}

}  // namespace glint::proxy
