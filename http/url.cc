#include "http/url.h"

#include <algorithm>

#include "http/ascii.h"

namespace glint::http {
namespace {

constexpr bool isUnreserved(char c) {
  return asciiAlpha(c) || asciiDigit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

constexpr std::uint16_t defaultPort(std::string_view scheme) {
  return scheme == "https" ? 443 : 80;
}

// A registered name or IPv4 address, or an IPv6 address in brackets; not resolved here.
bool isHost(std::string_view host) {
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    const auto inner = host.substr(1, host.size() - 2);
    return std::all_of(inner.begin(), inner.end(),
                       [](char c) { return hexValue(c) >= 0 || c == ':' || c == '.'; });
  }
  return !host.empty() && std::all_of(host.begin(), host.end(), isUnreserved);
}

Status parseAuthority(std::string_view authority, Url& url) {
  const auto bracket = authority.find(']');
  const auto colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  const std::string_view host = authority.substr(0, colon);
  if (!isHost(host)) return fail(ErrorCode::kInvalidArgument, "URL without a valid host");
  url.host = asciiLower(host);
  url.port = defaultPort(url.scheme);
  if (colon == std::string_view::npos) return {};
  const auto port = parseInteger<std::uint16_t>(authority.substr(colon + 1));
  if (!port || *port == 0) return fail(ErrorCode::kInvalidArgument, "URL with an invalid port");
  url.port = *port;
  return {};
}

}  // namespace

Result<std::string> percentDecode(std::string_view text, Plus plus) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const int high = i + 1 < text.size() ? hexValue(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hexValue(text[i + 2]) : -1;
      if (high < 0 || low < 0) {
        return fail(ErrorCode::kInvalidArgument, "malformed percent-encoding");
      }
      c = static_cast<char>(high * 16 + low);
      i += 2;
    } else if (c == '+' && plus == Plus::kSpace) {
      c = ' ';
    }
    if (c == '\0') return fail(ErrorCode::kInvalidArgument, "NUL in the URL");
    decoded.push_back(c);
  }
  if (!validUtf8(decoded)) return fail(ErrorCode::kInvalidArgument, "URL is not UTF-8");
  return decoded;
}

std::string percentEncode(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    if (isUnreserved(c)) {
      encoded.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded.push_back('%');
    encoded.push_back(kDigits[byte >> 4]);
    encoded.push_back(kDigits[byte & 15]);
  }
  return encoded;
}

namespace {

// As forms are encoded: a blank is '+'.
std::string formEncode(std::string_view text) {
  std::string encoded;
  for (std::size_t begin = 0;;) {
    const auto blank = text.find(' ', begin);
    encoded += percentEncode(text.substr(begin, blank - begin));
    if (blank == std::string_view::npos) return encoded;
    encoded += '+';
    begin = blank + 1;
  }
}

}  // namespace

Result<QueryPairs> parseQuery(std::string_view query) {
  QueryPairs pairs;
  for (const std::string_view item : split(query, '&')) {
    if (item.empty()) continue;
    const auto equals = item.find('=');
    auto name = percentDecode(item.substr(0, equals), Plus::kSpace);
    if (!name) return tl::unexpected(name.error());
    auto value = percentDecode(
        equals == std::string_view::npos ? std::string_view() : item.substr(equals + 1),
        Plus::kSpace);
    if (!value) return tl::unexpected(value.error());
    pairs.emplace_back(std::move(*name), std::move(*value));
  }
  return pairs;
}

std::string formatQuery(const QueryPairs& pairs) {
  std::string query;
  for (const auto& [name, value] : pairs) {
    if (!query.empty()) query.push_back('&');
    query.append(formEncode(name)).append("=").append(formEncode(value));
  }
  return query;
}

std::string Url::authority() const {
  return port == defaultPort(scheme) ? host : host + ":" + std::to_string(port);
}

std::string Url::text() const { return scheme + "://" + authority() + path; }

Result<Url> parseUrl(std::string_view text) {
  const auto mark = text.find("://");
  Url url;
  url.scheme = asciiLower(text.substr(0, mark));
  if (mark == std::string_view::npos || (url.scheme != "http" && url.scheme != "https")) {
    return fail(ErrorCode::kInvalidArgument, "URL does not begin with http:// or https://");
  }
  const std::string_view rest = text.substr(mark + 3);
  const auto authority_end = std::min(rest.find_first_of("/?#"), rest.size());
  const std::string_view authority = rest.substr(0, authority_end);
  std::string_view path = rest.substr(authority_end);
  if (authority.find('@') != std::string_view::npos) {
    return fail(ErrorCode::kInvalidArgument, "URL with user information");
  }
  if (path.find_first_of("?#") != std::string_view::npos) {
    return fail(ErrorCode::kInvalidArgument, "URL with a query or a fragment");
  }
  if (!std::all_of(path.begin(), path.end(), [](char c) { return c > ' ' && c <= '~'; })) {
    return fail(ErrorCode::kInvalidArgument, "URL path with characters that need encoding");
  }
  if (auto status = parseAuthority(authority, url); !status) {
    return tl::unexpected(status.error());
  }
  while (!path.empty() && path.back() == '/') path.remove_suffix(1);
  url.path = path;
  return url;
}

}  // namespace glint::http
