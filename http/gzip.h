// Compressed answers (RFC 9110 §8.4, RFC 1952).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"

namespace glint::http {

// Whether an Accept-Encoding field names gzip and does not weigh it with 0. "*" does not count:
// who wants gzip says so.
bool acceptsGzip(const HeaderMap& request);

std::string gzip(std::string_view bytes);

// Compresses a body of text, when the client takes that and it pays (short ones stay as they are).
// Files and streams pass: the bytes of images are sent as they are.
void compressFor(const HeaderMap& request, Response& response);

}  // namespace glint::http
