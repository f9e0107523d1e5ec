#include "proxy/change_source.h"

#include <utility>

#include "net/sequential_client.h"
#include "proxy/service_account.h"
#include "proxy/upstream.h"
#include "proxy/upstream_call.h"

namespace glint::proxy {
namespace {

constexpr std::uint64_t kAnswerLimitBytes = 16u << 20;
constexpr int kUnauthorized = 401;
constexpr int kForbidden = 403;
constexpr int kServerErrors = 500;

}  // namespace

Result<net::FetchedResponse> SourceSession::get(const std::string& target,
                                                std::chrono::milliseconds patience) {
  for (const bool renewed : {false, true}) {
    const auto token = account.token(client);
    if (!token) return tl::unexpected(token.error());
    net::ClientRequest request;
    request.url = upstream.urlOf(target);
    const std::string asked = request.url;
    request.headers.add("X-Auth-Token", *token);
    request.headers.add("Accept", "application/json");
    request.headers.add("User-Agent", "glint-edge");
    request.headers.add("Via", "1.1 glint-edge");
    request.total_timeout = patience;
    request.first_byte_timeout = patience;
    UpstreamCall call(metrics, kind);
    auto answer = client.fetch(std::move(request), kAnswerLimitBytes);
    if (!answer) {
      if (answer.error().code == ErrorCode::kCancelled) return answer;
      call.failed(answer.error());
      upstream.suspect(answer.error(), asked);
      return answer;
    }
    const int status = answer->head.status;
    call.answered(status);
    call.received(answer->body.size());
    if (status == kUnauthorized && !renewed) {
      account.refused(*token);
      continue;
    }
    if (status == kUnauthorized || status == kForbidden)
      return fail(ErrorCode::kForbidden, "the upstream refuses the service account: " +
                                             std::to_string(status) + " for " + target);
    if (status >= kServerErrors)
      return fail(ErrorCode::kUpstream,
                  "the upstream answered " + std::to_string(status) + " for " + target);
    return answer;
  }
  return fail(ErrorCode::kForbidden, "the upstream refuses the service account");
}

}  // namespace glint::proxy
