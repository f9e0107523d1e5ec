// Error responses in the form the caller's Accept field asks for: plain text, HTML or JSON.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/message.h"

namespace glint::http {

struct ErrorBody {
  std::string_view content_type;
  std::string text;
};

// HTML when `accept` admits text/html (so also for "*/*"), JSON when it admits only
// application/json, else plain text. `explanation` is escaped as the form needs.
ErrorBody makeErrorBody(int status, std::string_view explanation,
                        std::optional<std::string_view> accept);

// A whole response with that body.
Response errorResponse(int status, std::string_view explanation, const HeaderMap& request);

// 405, with the methods there are: "GET, HEAD".
Response methodNotAllowed(std::string_view allow, const HeaderMap& request);

// The status is toHttpStatus(error.code). The message goes to the client for the caller's own
// faults (4xx) only: for the others it may tell of our insides, and the reason phrase is sent.
Response errorResponse(const Error& error, const HeaderMap& request);

}  // namespace glint::http
