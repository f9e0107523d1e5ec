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

struct Question {
  http::Method method;
  const std::string& target;
  const std::string& document;  // empty: none
  std::chrono::milliseconds patience;
};

net::ClientRequest requestOf(const Question& question, const Upstream& upstream,
                             const std::string& token) {
  net::ClientRequest request;
  request.method = question.method;
  request.url = upstream.urlOf(question.target);
  request.headers.add("X-Auth-Token", token);
  request.headers.add("Accept", "application/json");
  request.headers.add("User-Agent", "glint-edge");
  request.headers.add("Via", "1.1 glint-edge");
  request.total_timeout = question.patience;
  request.first_byte_timeout = question.patience;
  if (question.document.empty()) return request;
  request.headers.add("Content-Type", "application/json");
  request.body = question.document;
  return request;
}

Result<net::FetchedResponse> ask(SourceSession& session, const Question& question) {
  const std::string& target = question.target;
  for (const bool renewed : {false, true}) {
    const auto token = session.account.token(session.client);
    if (!token) return tl::unexpected(token.error());
    auto request = requestOf(question, session.upstream, *token);
    const std::string asked = request.url;
    UpstreamCall call(session.metrics, session.kind);
    auto answer = session.client.fetch(std::move(request), kAnswerLimitBytes);
    if (!answer) {
      if (answer.error().code == ErrorCode::kCancelled) return answer;
      call.failed(answer.error());
      session.upstream.suspect(answer.error(), asked);
      return answer;
    }
    const int status = answer->head.status;
    call.answered(status);
    call.received(answer->body.size());
    if (status == kUnauthorized && !renewed) {
      session.account.refused(*token);
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

}  // namespace

Result<net::FetchedResponse> SourceSession::get(const std::string& target,
                                                std::chrono::milliseconds patience) {
  return ask(*this, {http::Method::kGet, target, {}, patience});
}

Result<net::FetchedResponse> SourceSession::put(const std::string& target,
                                                const std::string& document,
                                                std::chrono::milliseconds patience) {
  return ask(*this, {http::Method::kPut, target, document, patience});
}

}  // namespace glint::proxy
