// A program that answers from a table, for tests: failures and odd answers must be provoked.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "ctl/remote.h"

namespace glint::ctl {

class FakeRemote {
 public:
  void answer(const std::string& method_and_path, int status, std::string body,
              const char* type = "application/json") {
    net::FetchedResponse response;
    response.head.status = status;
    response.head.headers.add("Content-Type", type);
    response.body = std::move(body);
    answers_[method_and_path] = std::move(response);
  }

  // Must not outlive this object. What has no answer cannot be connected to.
  Remote remote(const char* name, std::string token = "") {
    return {name, "http://h:1", std::move(token),
            [this](const net::ClientRequest& request) -> Result<net::FetchedResponse> {
              requests.push_back(request);
              const std::string key = std::string(http::toString(request.method)) + " " +
                                      request.url.substr(sizeof("http://h:1") - 1);
              const auto found = answers_.find(key);
              if (found == answers_.end()) return fail(ErrorCode::kUpstream, "connection refused");
              return found->second;
            }};
  }

  std::vector<net::ClientRequest> requests;

 private:
  std::map<std::string, net::FetchedResponse> answers_;
};

}  // namespace glint::ctl
