// Absolute links that point at the upstream become links to the edge, so that clients stay on it.
#pragma once

#include <string>
#include <string_view>

namespace glint::proxy {

// `location` with the upstream's address replaced by `edge_origin` ("http://edge:9393"). The scheme
// is not compared: an upstream behind a TLS terminator names https. Other links are returned as
// they are. A path prefix of the upstream's URL is removed with it.
std::string rewriteLocation(std::string_view location, std::string_view upstream_url,
                            std::string_view edge_origin);

// A version document (GET /versions) with every "href" pointing at the edge: each of them means the
// service itself, also when the upstream is configured with a public address of its own.
std::string rewriteVersions(std::string_view document, std::string_view upstream_url,
                            std::string_view edge_origin);

// A version document that lists the versions of the cache routes too (v2.14, v2.16, v2.18), which
// the edge has whatever its upstream has. What is no such document stays as it is.
std::string withCacheVersions(std::string document);

}  // namespace glint::proxy
