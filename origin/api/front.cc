#include "origin/api/front.h"

#include <utility>
#include <variant>

#include "net/exchange_wrapper.h"

namespace glint::origin {

namespace {

constexpr int kStatusOk = 200;
constexpr int kStatusMultipleChoices = 300;
constexpr int kStatusFound = 302;
constexpr int kStatusHeaderTooLarge = 431;
constexpr const char* kExtensions = "manifest";
constexpr const char* kRequestId = "x-openstack-request-id";

// The same exchange with its target as version 2 spells it, and the request id in its answer.
class Version2Exchange final : public net::ExchangeWrapper {
 public:
  Version2Exchange(net::ExchangePtr exchange, std::string target)
      : ExchangeWrapper(std::move(exchange)), head_(inner().request()) {
    head_.target = std::move(target);
  }

  const http::RequestHead& request() const override { return head_; }
  void respond(http::Response response) override {
    if (response.status == kStatusUnauthorized)
      response.headers.remove("Allow");  // what a path knows is not told to strangers
    else
      response.headers.set(kRequestId, requestId());
    // The bytes of images are the only bodies here that are files or streams.
    if (std::holds_alternative<http::FileRange>(response.body) ||
        std::holds_alternative<http::Stream>(response.body))
      setSource("store");
    inner().respond(std::move(response));
  }

 private:
  http::RequestHead head_;
};

}  // namespace

void ApiFront::handle(net::ExchangePtr exchange) {
  auto negotiated = negotiate(exchange->request(), versions_);
  switch (negotiated.kind) {
    case Negotiated::Kind::kVersions:
      answerVersions(*exchange, kStatusOk);
      return;
    case Negotiated::Kind::kMultipleChoices:
      answerVersions(*exchange, kStatusMultipleChoices);
      return;
    case Negotiated::Kind::kRedirect: {
      exchange->setRoute("versions");
      http::Response response;
      response.status = kStatusFound;
      response.headers.add(
          "Location", requestBaseUrl(exchange->request(), exchange->peer()) + negotiated.target);
      exchange->respond(std::move(response));
      return;
    }
    case Negotiated::Kind::kApi:
      break;
  }
  auto version2 =
      std::make_shared<Version2Exchange>(std::move(exchange), std::move(negotiated.target));
  const auto given = version2->request().headers.get(kRequestId);
  const auto longest = services_.options.max_request_id_length;
  if (given && longest > 0 && given->size() > longest) {
    version2->respond(errorResponse(ApiError(kStatusHeaderTooLarge, "The request id is too long."),
                                    version2->request()));
    return;
  }
  routes_->handle(std::move(version2));
}

void ApiFront::answerVersions(net::Exchange& exchange, int status) const {
  const auto& endpoint = services_.options.public_endpoint;
  const auto base =
      endpoint.empty() ? requestBaseUrl(exchange.request(), exchange.peer()) : endpoint;
  auto response = jsonResponse(versionDocument(base, versions_));
  response.status = status;
  response.headers.add("X-Glint-Extensions", kExtensions);  // edges look for it
  exchange.setRoute("versions");
  exchange.respond(std::move(response));
}

}  // namespace glint::origin
