// Which addresses the origin fetches images from on behalf of users (spec: image life-cycle §7).
//
// Users choose these addresses, and the origin stands in networks that users do not reach: so every
// URI, and every one a redirect leads to, passes the operator's lists, and every connection is made
// to an address that was looked at when it was made (addressRefused()), whatever a name resolves to
// by then.
//
// Threads: immutable, shared freely.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/options.h"
#include "base/result.h"
#include "origin/identity/address_range.h"

namespace glint::origin {

struct UriFilterOptions {
  // An allow list that is not empty makes the list beside it void.
  std::vector<std::string> allowed_schemes = {"http", "https"};
  std::vector<std::string> disallowed_schemes = {};
  std::vector<std::string> allowed_hosts = {};
  std::vector<std::string> disallowed_hosts = {};
  std::vector<std::string> allowed_ports = {"80", "443"};  // of URIs that name one
  std::vector<std::string> disallowed_ports = {};
  // Addresses and prefixes to which no connection is made.
  std::vector<std::string> refused_addresses = {
      "0.0.0.0/8",     "127.0.0.0/8", "169.254.0.0/16", "100.100.100.200", "192.0.0.192",
      "224.0.0.0/4",   "240.0.0.0/4", "::/96",          "64:ff9b::/96",    "2002::/16",
      "fd00:ec2::254", "fe80::/10",   "ff00::/8"};
};

void addOptions(OptionTable& table, UriFilterOptions& options);

// The parts of a URI that are looked at, normalised.
struct WebUri {
  std::string scheme;  // lower case
  std::string host;    // a name in lower case, or an address in its canonical form, no brackets
  std::optional<std::uint16_t> port;
  std::string text;  // absolute, without a fragment: what is fetched
};
// Errors: kInvalidArgument: not absolute, with a user or password, characters that have no place in
// a URI, or a host that is written to look like something else ("2130706433", "127.1", "0x7f.1").
Result<WebUri> parseWebUri(std::string_view text);
// What a redirect from `base` leads to. Errors: the same.
Result<WebUri> resolveRedirect(const WebUri& base, std::string_view location);

class UriFilter {
 public:
  // Whether the name is known in the DNS.
  using Resolves = std::function<bool(const std::string& name)>;

  // Errors: kInvalidArgument (what is no address among refused_addresses).
  static Result<UriFilter> create(const UriFilterOptions& options,
                                  Resolves resolves = &UriFilter::resolvesInDns);

  // Errors: kInvalidArgument, with a reason for the user.
  Result<WebUri> check(std::string_view uri) const;
  Status check(const WebUri& uri) const;
  // For a numeric address, at the time of the connection.
  bool addressRefused(std::string_view address) const { return contains(refused_, address); }

  static bool resolvesInDns(const std::string& name);

 private:
  UriFilterOptions options_;
  std::vector<AddressRange> refused_;
  Resolves resolves_;
};

}  // namespace glint::origin
