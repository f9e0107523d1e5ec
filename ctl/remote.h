// One program as glintctl reaches it: requests to its own routes, errors in words for people.
// Threads: one.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"
#include "ctl/samples.h"
#include "net/client.h"

namespace glint::ctl {

using Fetch = std::function<Result<net::FetchedResponse>(const net::ClientRequest&)>;

class Remote {
 public:
  // `name` for messages: "origin", "edge". `url`: without a slash at its end. `admin_token` may be
  // empty.
  Remote(std::string name, std::string url, std::string admin_token, Fetch fetch);

  const std::string& url() const { return url_; }

  // Any answer. Errors: the program cannot be reached.
  Result<net::FetchedResponse> request(http::Method method, const std::string& path,
                                       const char* accept = "application/json") const;
  // A 200 answer as JSON. Errors: kForbidden (the admin token is missing or wrong), kNotFound,
  // kUpstream.
  Result<nlohmann::json> getJson(const std::string& path) const;
  // Errors: the same.
  Status remove(const std::string& path) const;
  Result<std::vector<Sample>> getSamples() const;

  enum class Health : std::uint8_t { kOk, kDegraded, kFailed };
  struct HealthAnswer {
    Health health = Health::kFailed;
    std::string detail;  // "upstream: connection refused", several joined by "; "
  };
  Result<HealthAnswer> getHealth() const;

 private:
  Status checkStatus(const net::FetchedResponse& response, const std::string& path) const;

  std::string name_;
  std::string url_;
  std::string admin_token_;
  Fetch fetch_;
};

const char* toString(Remote::Health health);  // "ok", "degraded", "failed"

// Members of a foreign object; absent or of another type: "", 0, false.
std::string textAt(const nlohmann::json& object, const char* key);
std::uint64_t numberAt(const nlohmann::json& object, const char* key);
bool boolAt(const nlohmann::json& object, const char* key);
// The member as an array; an empty array when it is none.
const nlohmann::json& arrayAt(const nlohmann::json& object, const char* key);
const nlohmann::json& objectAt(const nlohmann::json& object, const char* key);

}  // namespace glint::ctl
