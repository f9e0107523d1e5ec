// Cross-origin resource sharing: which web pages of other origins may use the API from a browser.
//
// Works as the oslo middleware does, so that what dashboards were set up for keeps working: an
// OPTIONS request is answered 200 here, with the permission if there is one; every other answer
// gets the permission added. Origins are compared as texts; "*" stands for those not named.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/options.h"
#include "http/message.h"
#include "net/exchange.h"

namespace glint::origin {

// One group: [cors] or [cors.NAME].
struct CorsRules {
  std::vector<std::string> allowed_origin = {};
  bool allow_credentials = true;
  std::vector<std::string> expose_headers = {"X-Image-Meta-Checksum", "X-Auth-Token",
                                             "X-Subject-Token", "X-Service-Token",
                                             "X-OpenStack-Request-ID"};
  std::int64_t max_age = 3600;  // seconds; 0: not told
  std::vector<std::string> allow_methods = {"GET", "PUT", "POST", "DELETE", "PATCH"};
  std::vector<std::string> allow_headers = {
      "Content-MD5",     "X-Image-Meta-Checksum", "X-Storage-Token",
      "Accept-Encoding", "X-Auth-Token",          "X-Identity-Status",
      "X-Roles",         "X-Service-Catalog",     "X-User-Id",
      "X-Tenant-Id",     "X-OpenStack-Request-ID"};
};

struct CorsOptions {
  CorsRules all;                // [cors]
  std::deque<CorsRules> named;  // [cors.NAME], in the order of the files
};

void addOptions(OptionTable& table, CorsOptions& options);

// Threads: immutable, shared freely.
class CrossOrigin {
 public:
  explicit CrossOrigin(const CorsOptions& options);

  bool enabled() const { return !by_origin_.empty(); }
  // What an OPTIONS request is answered.
  http::Response preflight(const http::RequestHead& head) const;
  // Adds the permission to the answer to any other request.
  void permit(const http::RequestHead& head, http::HeaderMap& answer) const;

 private:
  struct Permission {
    std::string origin;  // as it is answered
    const CorsRules& rules;
  };
  std::optional<Permission> permissionOf(const http::RequestHead& head) const;

  std::map<std::string, CorsRules, std::less<>> by_origin_;
};

// `inner`, with the permissions of `rules` (which outlives the handler) around it. Threads: one
// loop.
std::unique_ptr<net::Handler> crossOriginHandler(std::unique_ptr<net::Handler> inner,
                                                 const CrossOrigin& rules);

}  // namespace glint::origin
