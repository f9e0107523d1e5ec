#include "http/status.h"

#include <algorithm>
#include <array>

namespace glint::http {
namespace {

struct Phrase {
  int status;
  std::string_view text;
};

// Ordered by status. 413 and 416 carry the phrases Images API clients are used to.
constexpr Phrase kPhrases[] = {
    {100, "Continue"},
    {101, "Switching Protocols"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Request Entity Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Requested Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {499, "Client Closed Request"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {507, "Insufficient Storage"},
};
static_assert(std::ranges::is_sorted(kPhrases, {}, &Phrase::status));

constexpr std::array<std::string_view, 5> kClasses = {"Informational", "Success", "Redirection",
                                                      "Client Error", "Server Error"};

}  // namespace

std::string_view reasonPhrase(int status) {
  const auto* found = std::ranges::lower_bound(kPhrases, status, {}, &Phrase::status);
  if (found != std::end(kPhrases) && found->status == status) return found->text;
  const int number = std::clamp(status / 100, 1, 5);
  return kClasses[static_cast<std::size_t>(number - 1)];
}

}  // namespace glint::http
