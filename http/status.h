// Reason phrases of status codes.
#pragma once

#include <string_view>

namespace glint::http {

// "Not Found" for 404; a word for the class ("Client Error") for codes without a phrase of their
// own.
std::string_view reasonPhrase(int status);

// True for responses that never carry a body or a Content-Length: 1xx, 204 (RFC 9110 §8.6), 304.
constexpr bool isBodiless(int status) {
  return (status >= 100 && status < 200) || status == 204 || status == 304;
}

}  // namespace glint::http
