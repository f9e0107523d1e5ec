#include "origin/api/front.h"

#include <utility>
#include <variant>

namespace glint::origin {

namespace {

constexpr int kStatusOk = 200;
constexpr int kStatusMultipleChoices = 300;
constexpr int kStatusFound = 302;
constexpr int kStatusHeaderTooLarge = 431;
constexpr const char* kExtensions = "manifest";
constexpr const char* kRequestId = "x-openstack-request-id";

// The same exchange with its target as version 2 spells it, and the request id in its answer.
class Version2Exchange final : public net::Exchange {
 public:
  Version2Exchange(net::ExchangePtr inner, std::string target)
      : inner_(std::move(inner)), head_(inner_->request()) {
    head_.target = std::move(target);
  }

  net::EventLoop& loop() override { return inner_->loop(); }
  const http::RequestHead& request() const override { return head_; }
  const std::string& requestId() const override { return inner_->requestId(); }
  const net::Peer& peer() const override { return inner_->peer(); }
  void setRoute(const char* route) override { inner_->setRoute(route); }
  void setSource(const char* source) override { inner_->setSource(source); }
  void annotate(const char* key, std::string value) override {
    inner_->annotate(key, std::move(value));
  }
  void receive(std::shared_ptr<http::BodySink> sink, std::uint64_t limit_bytes) override {
    inner_->receive(std::move(sink), limit_bytes);
  }
  void resumeBody() override { inner_->resumeBody(); }
  void respond(http::Response response) override {
    if (response.status == kStatusUnauthorized)
      response.headers.remove("Allow");  // what a path knows is not told to strangers
    else
      response.headers.set(kRequestId, requestId());
    // The bytes of images are the only bodies here that are files or streams.
    if (std::holds_alternative<http::FileRange>(response.body) ||
        std::holds_alternative<http::Stream>(response.body))
      inner_->setSource("store");
    inner_->respond(std::move(response));
  }
  bool responded() const override { return inner_->responded(); }
  void abort() override { inner_->abort(); }
  void onClosed(std::function<void(bool clean)> callback) override {
    inner_->onClosed(std::move(callback));
  }

 private:
  net::ExchangePtr inner_;
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
