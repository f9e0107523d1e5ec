#include "ctl/remote.h"

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "ctl/text_table.h"
#include "http/json.h"

namespace glint::ctl {
namespace {

constexpr http::JsonLimits kJsonLimits{.max_bytes = 64U << 20, .max_depth = 16};

const nlohmann::json* memberOf(const nlohmann::json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

// "OK", or "DEGRADED" and "FAILED" with a line per check: a program that does not know JSON here.
Remote::HealthAnswer healthOfText(std::string_view body, int status) {
  Remote::HealthAnswer answer;
  const auto lines = split(trimRight(body), '\n');
  if (status == 200)
    answer.health = lines.front() == "DEGRADED" ? Remote::Health::kDegraded : Remote::Health::kOk;
  for (std::size_t i = 1; i < lines.size(); ++i)
    answer.detail += (answer.detail.empty() ? "" : "; ") + std::string(lines[i]);
  return answer;
}

Remote::HealthAnswer healthOfJson(const nlohmann::json& body, int status) {
  Remote::HealthAnswer answer;
  const std::string word = textAt(body, "status");
  if (status == 200)
    answer.health = word == "degraded" ? Remote::Health::kDegraded : Remote::Health::kOk;
  for (const auto& check : arrayAt(body, "checks")) {
    if (textAt(check, "status") == "ok") continue;
    answer.detail += (answer.detail.empty() ? "" : "; ") + textAt(check, "name") + ": " +
                     textAt(check, "detail");
  }
  return answer;
}

}  // namespace

Remote::Remote(std::string name, std::string url, std::string admin_token, Fetch fetch)
    : name_(std::move(name)),
      url_(std::move(url)),
      admin_token_(std::move(admin_token)),
      fetch_(std::move(fetch)) {}

Result<net::FetchedResponse> Remote::request(http::Method method, const std::string& path,
                                             const char* accept) const {
  net::ClientRequest request;
  request.method = method;
  request.url = url_ + path;
  request.headers.add("Accept", accept);
  if (!admin_token_.empty()) request.headers.add("X-Glint-Admin-Token", admin_token_);
  auto response = fetch_(request);
  if (!response) return failWith(fmt::format("{} at {}", name_, url_), response.error());
  return response;
}

Status Remote::checkStatus(const net::FetchedResponse& response, const std::string& path) const {
  const int status = response.head.status;
  const auto wrong = [&](ErrorCode code, std::string_view what) {
    return fail(code, fmt::format("{} at {}: {}", name_, url_, what));
  };
  if (status >= 200 && status < 300) return {};
  if (status == 401 || status == 403)
    return wrong(ErrorCode::kForbidden, name_ == "origin" ? "it refuses the token that was given"
                                        : admin_token_.empty()
                                            ? "it wants its admin token: give --cache-dir or "
                                              "--admin-token-file, or set GLINT_ADMIN_TOKEN"
                                            : "it refuses the admin token that was given");
  if (status == 404) return wrong(ErrorCode::kNotFound, fmt::format("nothing at {}", path));
  return wrong(ErrorCode::kUpstream, fmt::format("it answered {} {}", status,
                                                 printable(trim(response.body).substr(0, 200))));
}

Result<nlohmann::json> Remote::getJson(const std::string& path) const {
  auto response = request(http::Method::kGet, path);
  if (!response) return tl::unexpected(response.error());
  if (auto good = checkStatus(*response, path); !good) return tl::unexpected(good.error());
  auto body = http::parseJson(response->body, kJsonLimits);
  if (!body || !body->is_object())
    return fail(ErrorCode::kUpstream,
                fmt::format("{} at {}: {} is not answered with a JSON object; is it a Glint {}?",
                            name_, url_, path, name_));
  return body;
}

Status Remote::remove(const std::string& path) const {
  auto response = request(http::Method::kDelete, path);
  if (!response) return tl::unexpected(response.error());
  return checkStatus(*response, path);
}

Result<std::vector<Sample>> Remote::getSamples() const {
  auto response = request(http::Method::kGet, "/metrics", "text/plain");
  if (!response) return tl::unexpected(response.error());
  if (auto good = checkStatus(*response, "/metrics"); !good) return tl::unexpected(good.error());
  return parseSamples(response->body);
}

Result<Remote::HealthAnswer> Remote::getHealth() const {
  auto response = request(http::Method::kGet, "/healthcheck");
  if (!response) return tl::unexpected(response.error());
  const int status = response->head.status;
  if (status != 200 && status != 503)
    return fail(ErrorCode::kUpstream,
                fmt::format("{} at {}: /healthcheck is answered with {}; is it a Glint {}?", name_,
                            url_, status, name_));
  const auto type = response->head.headers.get("Content-Type");
  if (!type || !type->starts_with("application/json")) return healthOfText(response->body, status);
  auto body = http::parseJson(response->body, kJsonLimits);
  return body ? healthOfJson(*body, status) : healthOfText(response->body, status);
}

const char* toString(Remote::Health health) {
  switch (health) {
    case Remote::Health::kOk:
      return "ok";
    case Remote::Health::kDegraded:
      return "degraded";
    case Remote::Health::kFailed:
      return "failed";
  }
  return "failed";
}

std::string textAt(const nlohmann::json& object, const char* key) {
  const nlohmann::json* member = memberOf(object, key);
  if (member == nullptr || member->is_null()) return {};
  if (member->is_string()) return member->get_ref<const std::string&>();
  return member->is_primitive() ? http::dumpJson(*member) : std::string();
}

std::uint64_t numberAt(const nlohmann::json& object, const char* key) {
  const nlohmann::json* member = memberOf(object, key);
  if (member == nullptr) return 0;
  if (member->is_number_unsigned()) return member->get<std::uint64_t>();
  if (!member->is_number_float()) return 0;
  const double value = member->get<double>();
  return value > 0 && value < 9e18 ? static_cast<std::uint64_t>(value) : 0;
}

bool boolAt(const nlohmann::json& object, const char* key) {
  const nlohmann::json* member = memberOf(object, key);
  return member != nullptr && member->is_boolean() && member->get<bool>();
}

const nlohmann::json& arrayAt(const nlohmann::json& object, const char* key) {
  static const nlohmann::json kEmpty = nlohmann::json::array();
  const nlohmann::json* member = memberOf(object, key);
  return member != nullptr && member->is_array() ? *member : kEmpty;
}

const nlohmann::json& objectAt(const nlohmann::json& object, const char* key) {
  static const nlohmann::json kEmpty = nlohmann::json::object();
  const nlohmann::json* member = memberOf(object, key);
  return member != nullptr && member->is_object() ? *member : kEmpty;
}

}  // namespace glint::ctl
