#include "proxy/forwarder.h"

#include <chrono>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "http/body_pipe.h"
#include "http/error_body.h"
#include "http/status.h"
#include "proxy/authorizer.h"
#include "proxy/header_rules.h"
#include "proxy/image_path.h"
#include "proxy/link_rewriter.h"
#include "proxy/upstream.h"
#include "proxy/upstream_call.h"
#include "proxy/verified_body.h"

namespace glint::proxy {
namespace {

constexpr std::uint64_t kUnlimited = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t kVersionsLimitBytes = 256 * 1024;
// An upload is answered when the upstream's store is done with it, which may take its time.
constexpr std::chrono::minutes kLongestChange{10};

bool changesThings(http::Method method) {
  return method != http::Method::kGet && method != http::Method::kHead &&
         method != http::Method::kOptions;
}

// Counts the bytes of a request body on their way to the upstream.
class CountingSink : public http::BodySink {
 public:
  CountingSink(metrics::EdgeMetrics& metrics, std::shared_ptr<http::BodyPipe> pipe)
      : metrics_(metrics), pipe_(std::move(pipe)) {}
  http::Flow onData(Slice slice) override {
    metrics_.upstreamSent(metrics::UpstreamKind::kForward, slice.size());
    return pipe_->onData(std::move(slice));
  }
  void onEnd() override { pipe_->onEnd(); }
  void onAbort(const Error& error) override { pipe_->onAbort(error); }

 private:
  metrics::EdgeMetrics& metrics_;
  std::shared_ptr<http::BodyPipe> pipe_;  // shared with the upstream request
};

// One forwarded request. The client's transfer and the exchange hold it; the exchange's end ends
// it.
class Forwarding : public net::ResponseSink, public std::enable_shared_from_this<Forwarding> {
 public:
  Forwarding(LoopContext& context, net::ExchangePtr exchange,
             std::optional<image::ContentDigest> expected)
      : context_(context), exchange_(std::move(exchange)), expected_(std::move(expected)) {}

  void send() {
    watchExchange();
    request();
  }

  void request() {
    call_.emplace(context_.edge.metrics, UpstreamCall::Kind::kForward);
    const http::RequestHead& head = exchange_->request();
    net::ClientRequest request;
    request.method = head.method;
    request.url = context_.edge.upstream.urlOf(withoutCacheVersion(head.target));
    asked_ = request.url;
    request.headers = upstreamHeaders(*exchange_);
    request.body = requestBody();
    if (changesThings(head.method)) request.first_byte_timeout = kLongestChange;
    transfer_ = context_.client.start(std::move(request), shared_from_this());
  }

  void adopt(std::unique_ptr<HeldTransfer> held) {
    watchExchange();
    transfer_ = held->take();
    // Kept for this call: the client may be gone before all is delivered.
    const std::shared_ptr<net::Transfer> transfer = transfer_;
    HeldTransfer::deliver(std::move(held), *transfer, shared_from_this());
  }

  void onHead(http::ResponseHead head) override {
    if (call_) call_->answered(head.status);
    forgetDecisions(head.status);
    response_.status = head.status;
    response_.headers = clientHeaders(head.headers);
    const std::string edge = edgeOrigin(*exchange_);
    if (const auto location = response_.headers.get("location")) {
      response_.headers.set("Location",
                            rewriteLocation(*location, context_.edge.upstream.url(), edge));
    }
    if (isVersionDocument(head)) {
      versions_.emplace();
      return;
    }
    respond(head);
  }

  http::Flow onData(Slice slice) override {
    if (call_) call_->received(slice.size());
    if (!versions_) return body_ ? body_->onData(std::move(slice)) : http::Flow::kContinue;
    if (versions_->size() + slice.size() <= kVersionsLimitBytes) versions_->append(slice.text());
    return http::Flow::kContinue;
  }

  void onEnd() override {
    if (versions_) {
      response_.body = withCacheVersions(
          rewriteVersions(*versions_, context_.edge.upstream.url(), edgeOrigin(*exchange_)));
      return exchange_->respond(std::move(response_));
    }
    if (body_) body_->onEnd();
  }

  void onAbort(const Error& error) override {
    if (call_) call_->failed(error);
    if (body_) return body_->onAbort(error);
    if (exchange_->responded()) return;
    if (error.code == ErrorCode::kInvalidArgument) {
      return exchange_->respond(http::errorResponse(error, exchange_->request().headers));
    }
    context_.edge.upstream.suspect(error, asked_);
    const http::RequestHead& head = exchange_->request();
    const bool repeatable = !changesThings(head.method) && !head.hasBody();
    if (repeatable && context_.edge.upstream.movedFrom(asked_) &&
        !std::exchange(asked_elsewhere_, true))
      return request();
    exchange_->annotate("error", error.message);
    exchange_->respond(unreachableResponse(exchange_->request()));
  }

 private:
  void watchExchange() {
    exchange_->onClosed([self = shared_from_this()](bool) {
      if (self->transfer_) self->transfer_->cancel();
      self->transfer_.reset();
      if (self->pipe_) self->pipe_->closeSource();
    });
  }

  http::Body requestBody() {
    const http::RequestHead& head = exchange_->request();
    if (!head.hasBody()) return {};
    auto pipe = http::BodyPipe::create();
    pipe->setResume([weak = std::weak_ptr(exchange_)] {
      if (const auto exchange = weak.lock()) exchange->resumeBody();
    });
    exchange_->receive(std::make_shared<CountingSink>(context_.edge.metrics, pipe), kUnlimited);
    return http::Stream{pipe, head.content_length};
  }

  bool isVersionDocument(const http::ResponseHead& head) const {
    const auto path = exchange_->request().path();
    const auto type = head.headers.get("content-type").value_or("");
    return exchange_->request().method != http::Method::kHead &&
           (head.status == 300 || (head.status == 200 && path.starts_with("/versions"))) &&
           type.starts_with("application/json") &&
           head.content_length.value_or(0) <= kVersionsLimitBytes;
  }

  void respond(const http::ResponseHead& head) {
    const bool no_body = http::isBodiless(head.status) || head.content_length == std::uint64_t{0};
    if (!no_body) {
      const auto resume = [weak = weak_from_this()] {
        if (const auto self = weak.lock(); self && self->transfer_) self->transfer_->resume();
      };
      pipe_ = http::BodyPipe::create();
      pipe_->setResume(resume);
      body_ = pipe_;
      if (expected_ && head.status == 200) {
        if (auto verified = VerifiedBody::create(context_, *expected_, pipe_, resume))
          body_ = std::move(*verified);
      }
      response_.body = http::Stream{pipe_, head.content_length};
    }
    exchange_->setSource("upstream");
    exchange_->respond(std::move(response_));
  }

  // What was decided about an image that has just been changed, or may have been.
  void forgetDecisions(int status) {
    const http::RequestHead& head = exchange_->request();
    if (!changesThings(head.method) || (status >= 400 && status < 500)) return;
    if (const auto image = imageOfPath(head.path())) context_.edge.authorizer.forget(*image);
  }

  LoopContext& context_;
  const net::ExchangePtr exchange_;
  std::string asked_;  // the address of the request
  bool asked_elsewhere_ = false;
  std::optional<UpstreamCall> call_;  // empty for an adopted transfer, which counts itself
  http::Response response_;
  std::optional<std::string> versions_;
  const std::optional<image::ContentDigest> expected_;
  std::shared_ptr<http::BodyPipe> pipe_;  // shared with the response
  std::shared_ptr<http::BodySink> body_;  // what leads to the pipe; shared with nobody else
  std::shared_ptr<net::Transfer> transfer_;
};

}  // namespace

http::Response unreachableResponse(const http::RequestHead& request) {
  http::Response response = http::errorResponse(
      503, "The image service behind this edge cannot be reached.", request.headers);
  response.headers.set("Retry-After", "5");
  return response;
}

void forward(LoopContext& context, const net::ExchangePtr& exchange,
             std::optional<image::ContentDigest> expected) {
  if (!context.edge.upstream.reachable()) {
    return exchange->respond(unreachableResponse(exchange->request()));
  }
  std::make_shared<Forwarding>(context, exchange, std::move(expected))->send();
}

void passThrough(LoopContext& context, const net::ExchangePtr& exchange,
                 std::unique_ptr<HeldTransfer> held, std::optional<image::ContentDigest> expected) {
  std::make_shared<Forwarding>(context, exchange, std::move(expected))->adopt(std::move(held));
}

}  // namespace glint::proxy
