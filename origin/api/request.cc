#include "origin/api/request.h"

#include "base/log.h"
#include "http/error_body.h"
#include "http/gzip.h"
#include "http/status.h"
#include "http/status_map.h"

namespace glint::origin {

namespace {

constexpr int kStatusServerError = 500;
constexpr int kStatusTooLarge = 413;

bool carriesForbiddenBody(const http::RequestHead& head) {
  using enum http::Method;
  const bool writes = head.method == kPost || head.method == kPut || head.method == kPatch;
  return head.content_length.value_or(0) > 0 || (writes && head.chunked);
}

ApiError unauthorized(const Identity& identity) {
  ApiError error(kStatusUnauthorized, "This server could not verify that you are authorized.");
  if (auto challenge = identity.challenge(); !challenge.empty())
    error.headers.add("WWW-Authenticate", std::move(challenge));
  return error;
}

ApiResult<Caller> identify(const ApiServices& services, const RequestContext& context,
                           const net::WorkerRequest& request) {
  auto caller = services.identity.authenticate(context, request.head.headers, request.peer);
  if (!caller && caller.error().code == ErrorCode::kForbidden)
    return tl::unexpected(unauthorized(services.identity));
  // Whatever keeps the identity service from answering, the caller may come again.
  if (!caller) return fail(ErrorCode::kOverloaded, std::move(caller.error().message));
  services.policy.refresh();
  if (services.protection != nullptr) services.protection->refresh();
  caller->is_admin = services.policy.allows("context_is_admin", *caller, FixedTarget());
  return std::move(*caller);
}

void logServerError(const RequestContext& context, const ApiError& error) {
  if (error.status < kStatusServerError) return;
  log::error(
      "request_failed",
      {{"request_id", context.request_id}, {"status", error.status}, {"error", error.message}});
}

ApiResult<http::Response> serve(const ApiServices& services, BodyRule body,
                                const ApiFunction& function, const RequestContext& context,
                                net::WorkerRequest& request) {
  auto caller = identify(services, context, request);
  if (!caller) return tl::unexpected(std::move(caller.error()));
  if (request.annotate) request.annotate("project", caller->project_id);
  if (body == BodyRule::kForbidden && carriesForbiddenBody(request.head))
    return fail(ErrorCode::kInvalidArgument, "A body is not expected with this request.");
  ApiRequest api{context, request, services, std::move(*caller)};
  return function(api);
}

}  // namespace

ApiError::ApiError(const Error& error)
    : status(http::toHttpStatus(error.code)), message(error.message) {}

tl::unexpected<ApiError> refuse(int status, std::string message) {
  return tl::unexpected(ApiError(status, std::move(message)));
}

net::WorkerFunction apiRoute(const ApiServices& services, BodyRule body, ApiFunction function) {
  return [&services, body, function = std::move(function)](
             const RequestContext& context, net::WorkerRequest& request) -> http::Response {
    auto served = serve(services, body, function, context, request);
    if (!served) logServerError(context, served.error());
    auto response = served ? std::move(*served) : errorResponse(served.error(), request.head);
    if (services.options.gzip) http::compressFor(request.head.headers, response);
    return response;
  };
}

http::Response errorResponse(const ApiError& error, const http::RequestHead& head) {
  // The Images API sends these two as plain text, whatever the client accepts.
  const bool plain = error.status == kStatusTooLarge || error.status == kStatusGone;
  const bool hide = error.status >= kStatusServerError;  // it may tell of our insides
  const auto explanation = hide ? http::reasonPhrase(error.status) : error.message;
  auto body = http::makeErrorBody(error.status, explanation,
                                  plain ? std::nullopt : head.headers.get("Accept"));
  http::Response response;
  response.status = error.status;
  response.headers = error.headers;
  response.headers.set("Content-Type", std::string(body.content_type));
  response.body = std::move(body.text);
  return response;
}

net::UnmatchedGate apiGate(const ApiServices& services) {
  return [&services](const RequestContext& context,
                     net::WorkerRequest& request) -> std::optional<http::Response> {
    const auto caller = identify(services, context, request);
    if (caller) return std::nullopt;
    return errorResponse(caller.error(), request.head);
  };
}

net::ErrorResponder apiErrorResponder(const ApiServices& services) {
  return [&services](int status, std::string message, const http::RequestHead& head) {
    constexpr int kStatusNotFound = 404;
    constexpr int kStatusNotAllowed = 405;
    // Whether a path exists is told to known callers only.
    const bool about_routes = status == kStatusNotFound || status == kStatusNotAllowed;
    if (about_routes && !services.identity.mayBeKnown(head.headers))
      return errorResponse(unauthorized(services.identity), head);
    return errorResponse(ApiError(status, std::move(message)), head);
  };
}

http::Response jsonResponse(std::string body) {
  http::Response response;
  response.headers.add("Content-Type", "application/json");
  response.body = std::move(body);
  return response;
}

http::Response noContent() {
  constexpr int kStatusNoContent = 204;
  http::Response response;
  response.status = kStatusNoContent;
  return response;
}

Result<image::Image> findVisible(const ApiRequest& request, const image::ImageId& id) {
  const auto unknown = [&] {
    return fail(ErrorCode::kNotFound, "No image found with ID " + id.value);
  };
  auto image = request.services.catalog.get(request.context, id);
  if (!image && image.error().code == ErrorCode::kNotFound) return unknown();
  if (!image) return image;
  auto visible = isVisible(request, *image);
  if (!visible) return tl::unexpected(std::move(visible.error()));
  if (!*visible) return unknown();
  return image;
}

Result<bool> isVisible(const ApiRequest& request, const image::Image& image) {
  using enum image::Visibility;
  const auto& caller = request.caller;
  if (caller.is_admin || !image.owner || image.visibility == kPublic ||
      image.visibility == kCommunity)
    return true;
  if (caller.project_id.empty()) return false;
  if (image.owner == caller.project_id) return true;
  if (image.visibility != kShared) return false;
  auto member = request.services.catalog.member(request.context, image.id, caller.project_id);
  if (!member) return tl::unexpected(std::move(member.error()));
  return member->has_value();
}

Status authorize(const ApiRequest& request, std::string_view rule, const image::Image& image) {
  const auto& policy = request.services.policy;
  const ImageTarget target(image, request.caller);
  if (policy.allows(rule, request.caller, target)) return {};
  if (!request.caller.project_scoped)
    return fail(ErrorCode::kForbidden, "A token of a project is needed for this.");
  if (rule == "get_image" || !policy.allows("get_image", request.caller, target))
    return fail(ErrorCode::kNotFound, "No image found with ID " + image.id.value);
  return fail(ErrorCode::kForbidden,
              "You are not authorized to complete " + std::string(rule) + " action.");
}

bool mayAccess(const ApiRequest& request, image::PropertyAccess access, std::string_view property) {
  const auto* protection = request.services.protection;
  return protection == nullptr || protection->allows(access, property, request.caller);
}

Status requireWriter(const ApiRequest& request) {
  if (!request.caller.read_only) return {};
  return fail(ErrorCode::kForbidden, "Anonymous callers may not change anything.");
}

std::string requestBaseUrl(const http::RequestHead& head, const net::Peer& peer) {
  const auto host = head.headers.get("Host");
  if (!host || host->empty()) return {};
  return (peer.tls ? "https://" : "http://") + std::string(*host);
}

}  // namespace glint::origin
