// Percent-encoding, query strings, and the http(s) URLs of configuration.
//
// Errors are kInvalidArgument throughout; messages never repeat the input (it may hold a secret).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace glint::http {

enum class Plus : std::uint8_t { kLiteral, kSpace };  // '+' in paths, in queries

// Errors: an incomplete or non-hexadecimal escape, NUL, or a result that is not UTF-8.
Result<std::string> percentDecode(std::string_view text, Plus plus = Plus::kLiteral);

// Everything but unreserved characters (RFC 3986 §2.3) is escaped: fit for a path segment and for a
// query.
std::string percentEncode(std::string_view text);

// Names and values in order, decoded; repeated names are kept, "a" is the same as "a=".
using QueryPairs = std::vector<std::pair<std::string, std::string>>;
Result<QueryPairs> parseQuery(std::string_view query);  // without '?'
std::string formatQuery(const QueryPairs& pairs);       // a blank becomes '+'

// An absolute http or https URL without user information, query and fragment.
struct Url {
  std::string scheme;      // "http" or "https"
  std::string host;        // lower case; IPv6 in brackets
  std::uint16_t port = 0;  // the scheme's own when the text has none
  std::string path;        // "" or "/…" without a slash at its end; still percent-encoded

  std::string authority() const;  // host, and port unless it is the scheme's own
  std::string text() const;       // "http://host:port/path"
  bool operator==(const Url&) const = default;
};
Result<Url> parseUrl(std::string_view text);

}  // namespace glint::http
