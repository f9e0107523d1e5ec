// Heads of requests and responses, and what a handler answers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/body.h"
#include "http/headers.h"
#include "http/method.h"

namespace glint::http {

struct RequestHead {
  Method method = Method::kOther;
  std::string method_token;  // as sent
  std::string target;        // as sent: origin-form, still percent-encoded
  std::string_view path() const { return std::string_view(target).substr(0, target.find('?')); }
  std::string_view query() const {  // without '?'; empty when absent
    const auto mark = target.find('?');
    return mark == std::string::npos ? std::string_view()
                                     : std::string_view(target).substr(mark + 1);
  }
  int version_minor = 1;  // HTTP/1.<minor>
  HeaderMap headers;
  bool keep_alive = true;
  bool expect_continue = false;
  bool chunked = false;                         // body with Transfer-Encoding: chunked
  std::optional<std::uint64_t> content_length;  // absent: no Content-Length field
  bool hasBody() const { return chunked || content_length.value_or(0) > 0; }
};

struct ResponseHead {
  int status = 0;
  HeaderMap headers;
  bool chunked = false;
  std::optional<std::uint64_t> content_length;
};

// The body is a description; the connection turns it into writes and sets Content-Length or
// Transfer-Encoding, Date and Connection itself.
struct Response {
  int status = 200;
  HeaderMap headers;
  Body body;
  bool close = false;  // end the connection after this response
};

}  // namespace glint::http
