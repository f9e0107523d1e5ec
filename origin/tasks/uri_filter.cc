#include "origin/tasks/uri_filter.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "base/handle.h"
#include "base/strings.h"

namespace glint::origin {
namespace {

using AddressInfoPtr = UniqueHandle<addrinfo, ::freeaddrinfo>;

auto bad(std::string message) { return fail(ErrorCode::kInvalidArgument, std::move(message)); }

bool isDigit(char c) { return c >= '0' && c <= '9'; }

// Everything a URI may consist of (RFC 3986 §2), and nothing that a parser may read differently.
bool fitForUri(char c) {
  constexpr std::string_view kOthers = "-._~:/?#[]@!$&'()*+,;=%";
  return isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         kOthers.find(c) != std::string_view::npos;
}

std::string numericText(int family, const void* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const char* written = ::inet_ntop(family, address, text.data(), text.size());
  return written == nullptr ? std::string() : std::string(written);
}

// An IPv4 address written in IPv6 is that IPv4 address.
std::optional<std::string> canonicalV6(const std::string& text) {
  in6_addr address{};
  if (::inet_pton(AF_INET6, text.c_str(), &address) != 1) return std::nullopt;
  if (IN6_IS_ADDR_V4MAPPED(&address)) return numericText(AF_INET, &address.s6_addr[12]);
  return numericText(AF_INET6, &address);
}

// Hosts whose last label is a number are addresses to some resolvers (127.1, 0x7f000001,
// 017700000001), and names to none.
bool endsInNumber(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  const std::string_view last = host.substr(host.rfind('.') + 1);
  return last.empty() || std::ranges::all_of(last, isDigit) || last.starts_with("0x");
}

bool isHostName(std::string_view host) {
  constexpr std::size_t kLongestName = 253;
  return !host.empty() && host.size() <= kLongestName && std::ranges::all_of(host, [](char c) {
    return isDigit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '.' || c == '_';
  });
}

Result<std::string> readHost(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) {
    auto address = canonicalV6(std::string(text.substr(1, text.size() - 2)));
    if (!address) return bad("The host is no IPv6 address.");
    return *address;
  }
  std::string host = asciiLower(text);
  in_addr v4{};
  if (::inet_pton(AF_INET, host.c_str(), &v4) == 1) return host;
  if (!isHostName(host) || endsInNumber(host))
    return bad("The host is neither a name nor an address.");
  return host;
}

bool isAddress(const std::string& host) {
  in6_addr address{};
  return ::inet_pton(AF_INET, host.c_str(), &address) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

bool holds(const std::vector<std::string>& list, std::string_view value) {
  return std::ranges::any_of(list, [&](const std::string& item) { return iequals(item, value); });
}

bool passes(const std::vector<std::string>& allowed, const std::vector<std::string>& disallowed,
            std::string_view value) {
  return allowed.empty() ? !holds(disallowed, value) : holds(allowed, value);
}

// As readHost() makes it of URIs; a name stays as it is.
std::vector<std::string> normalised(const std::vector<std::string>& hosts) {
  std::vector<std::string> result;
  for (const std::string& host : hosts) {
    const auto v6 = canonicalV6(host);
    result.push_back(v6 ? *v6 : asciiLower(host));
  }
  return result;
}

}  // namespace

void addOptions(OptionTable& table, UriFilterOptions& o) {
  table.group("import_filtering_opts", "Which URIs web-download takes, redirects included.")
      .list("allowed_schemes", o.allowed_schemes, "Schemes that are taken; empty: see the next.")
      .list("disallowed_schemes", o.disallowed_schemes, "Schemes that are not taken.")
      .list("allowed_hosts", o.allowed_hosts, "Hosts that are taken; empty: see the next.")
      .list("disallowed_hosts", o.disallowed_hosts, "Hosts that are not taken.")
      .list("allowed_ports", o.allowed_ports, "Ports that a URI may name; empty: see the next.")
      .list("disallowed_ports", o.disallowed_ports, "Ports that a URI may not name.");
  table.group("web_download", "What else Glint looks at when it fetches images for users.")
      .list("refused_addresses", o.refused_addresses,
            "Addresses and prefixes to which no connection is made, whatever name leads there.");
}

Result<WebUri> parseWebUri(std::string_view text) {
  if (text.empty()) return bad("A URI is needed.");
  if (!std::ranges::all_of(text, fitForUri))
    return bad("The URI has characters that need escaping.");
  text = text.substr(0, text.find('#'));
  const auto colon = text.find("://");
  if (colon == std::string_view::npos) return bad("The URI is not absolute.");
  WebUri uri;
  uri.scheme = asciiLower(text.substr(0, colon));
  const std::string_view rest = text.substr(colon + 3);
  std::string_view authority = rest.substr(0, rest.find_first_of("/?"));
  const std::string_view tail = rest.substr(authority.size());
  if (authority.find('@') != std::string_view::npos)
    return bad("The URI may not hold a user or password.");
  if (const auto mark = authority.rfind(':');
      mark != std::string_view::npos && authority.find(']', mark) == std::string_view::npos) {
    uri.port = parseInteger<std::uint16_t>(authority.substr(mark + 1));
    if (!uri.port || *uri.port == 0) return bad("The URI's port is no port.");
    authority = authority.substr(0, mark);
  }
  auto host = readHost(authority);
  if (!host) return tl::unexpected(std::move(host.error()));
  uri.host = std::move(*host);
  const bool v6 = uri.host.find(':') != std::string::npos;
  uri.text = uri.scheme + "://" + (v6 ? "[" + uri.host + "]" : uri.host) +
             (uri.port ? ":" + std::to_string(*uri.port) : "") +
             (tail.starts_with('/') ? "" : "/") + std::string(tail);
  return uri;
}

Result<WebUri> resolveRedirect(const WebUri& base, std::string_view location) {
  if (location.find("://") != std::string_view::npos &&
      location.find_first_of("/?") > location.find("://"))
    return parseWebUri(location);
  if (location.starts_with("//")) return parseWebUri(base.scheme + ":" + std::string(location));
  const auto path = base.text.find('/', base.scheme.size() + 3);
  if (location.starts_with('/'))
    return parseWebUri(base.text.substr(0, path) + std::string(location));
  const auto end = base.text.find('?');
  const std::string directory = base.text.substr(0, base.text.rfind('/', end) + 1);
  if (location.starts_with('?'))
    return parseWebUri(base.text.substr(0, end) + std::string(location));
  return parseWebUri(directory + std::string(location));
}

Result<UriFilter> UriFilter::create(const UriFilterOptions& options, Resolves resolves) {
  UriFilter filter;
  filter.options_ = options;
  filter.options_.allowed_hosts = normalised(options.allowed_hosts);
  filter.options_.disallowed_hosts = normalised(options.disallowed_hosts);
  filter.resolves_ = std::move(resolves);
  for (const std::string& text : options.refused_addresses) {
    auto range = parseAddressRange(text);
    if (!range) return failWith("[web_download] refused_addresses", range.error());
    filter.refused_.push_back(*range);
  }
  return filter;
}

Result<WebUri> UriFilter::check(std::string_view text) const {
  auto uri = parseWebUri(text);
  if (!uri) return uri;
  if (auto allowed = check(*uri); !allowed) return tl::unexpected(std::move(allowed.error()));
  return uri;
}

Status UriFilter::check(const WebUri& uri) const {
  // Other schemes are not spoken, whatever the lists say.
  if ((uri.scheme != "http" && uri.scheme != "https") ||
      !passes(options_.allowed_schemes, options_.disallowed_schemes, uri.scheme))
    return bad("The URI's scheme is not allowed.");
  if (!passes(options_.allowed_hosts, options_.disallowed_hosts, uri.host))
    return bad("The URI's host is not allowed.");
  if (uri.port &&
      !passes(options_.allowed_ports, options_.disallowed_ports, std::to_string(*uri.port)))
    return bad("The URI's port is not allowed.");
  if (isAddress(uri.host)) {
    if (addressRefused(uri.host)) return bad("The URI's host is not allowed.");
    return {};
  }
  if (!resolves_(uri.host)) return bad("The URI's host is not known.");
  return {};
}

bool UriFilter::resolvesInDns(const std::string& name) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(name.c_str(), nullptr, &hints, &found) != 0) return false;
  const AddressInfoPtr owned(found);
  return true;
}

}  // namespace glint::origin
