#include "proxy/held_transfer.h"

#include <optional>
#include <utility>
#include <vector>

#include "proxy/context.h"
#include "proxy/fills.h"
#include "proxy/header_rules.h"
#include "proxy/upstream.h"
#include "proxy/upstream_call.h"

namespace glint::proxy {
namespace {

constexpr std::uint64_t kProbeBodyBytes = 4096;  // a ranged answer that short is read to its end

}  // namespace

http::Response toResponse(const UpstreamAnswer& answer) {
  http::Response response;
  response.status = answer.status;
  response.headers = clientHeaders(answer.headers);
  if (!answer.body.empty()) response.body = answer.body;
  return response;
}

net::ClientRequest makeDataRequest(const Upstream& upstream, const DataRequest& request,
                                   const std::string& range) {
  net::ClientRequest out;
  out.url = upstream.urlOf("/v2/images/" + request.image.value + "/file");
  out.headers = request.credentials.headers;
  out.headers.add("Accept", request.accept.empty() ? "*/*" : request.accept);
  out.headers.add("User-Agent", "glint-edge");
  out.headers.add("Via", "1.1 glint-edge");
  out.headers.add("X-Openstack-Request-Id", request.request_id);
  if (!range.empty()) out.headers.add("Range", range);
  return out;
}

class HeldTransfer::Sink : public net::ResponseSink {
 public:
  Sink(Extent extent, UpstreamCall call, std::function<void(DataVerdict)> on_verdict)
      : extent_(extent), call_(call), on_verdict_(std::move(on_verdict)) {}

  void onHead(http::ResponseHead head) override {
    call_.answered(head.status);
    head_ = std::move(head);
    const int status = head_.status;
    if (extent_ == Extent::kWhole) {
      if (status == 200) say({.kind = DataVerdict::Kind::kAllowed, .answer = {}, .error = {}});
      return;
    }
    // 416: the image has no bytes, or the store no ranges; the caller was allowed to ask.
    allowed_ = status == 200 || status == 206 || status == 416;
    if (allowed_ && head_.content_length.value_or(kProbeBodyBytes + 1) > kProbeBodyBytes) {
      say({.kind = DataVerdict::Kind::kAllowed, .answer = {}, .error = {}});
    }
  }

  http::Flow onData(Slice slice) override {
    call_.received(slice.size());
    if (next_) return next_->onData(std::move(slice));
    if (extent_ == Extent::kWhole && head_.status == 200) {
      waiting_.push_back(std::move(slice));
      paused_ = true;
      return http::Flow::kPause;
    }
    const std::string_view text = slice.text();
    body_.append(text.substr(0, kAnswerLimitBytes - body_.size()));
    return http::Flow::kContinue;
  }

  void onEnd() override {
    if (next_) return next_->onEnd();
    if (extent_ == Extent::kWhole && head_.status == 200) {
      ended_ = true;
    } else if (allowed_) {
      say({.kind = DataVerdict::Kind::kAllowed, .answer = {}, .error = {}});
    } else {
      say({.kind = DataVerdict::Kind::kAnswered,
           .answer = {head_.status, std::move(head_.headers), std::move(body_)},
           .error = {}});
    }
  }

  void onAbort(const Error& error) override {
    call_.failed(error);
    if (next_) return next_->onAbort(error);
    if (extent_ == Extent::kWhole && head_.status == 200) {
      error_ = error;
    } else {
      say({.kind = DataVerdict::Kind::kFailed, .answer = {}, .error = error});
    }
  }

  void forget() { on_verdict_ = {}; }

  void deliverTo(std::shared_ptr<net::ResponseSink> next, net::Transfer& transfer) {
    next_ = std::move(next);
    const auto target = next_;  // kept: the adopter may let go of it while it is fed
    target->onHead(head_);
    http::Flow flow = http::Flow::kContinue;
    for (Slice& slice : std::exchange(waiting_, {})) flow = target->onData(std::move(slice));
    if (ended_) {
      target->onEnd();
    } else if (error_) {
      target->onAbort(*error_);
    } else if (paused_ && flow == http::Flow::kContinue) {
      transfer.resume();
    }
  }

 private:
  void say(DataVerdict verdict) {
    if (auto call = std::exchange(on_verdict_, {})) call(std::move(verdict));
  }

  const Extent extent_;
  UpstreamCall call_;
  std::function<void(DataVerdict)> on_verdict_;
  http::ResponseHead head_;
  bool allowed_ = false;
  std::string body_;
  std::vector<Slice> waiting_;
  bool paused_ = false;
  bool ended_ = false;
  std::optional<Error> error_;
  std::shared_ptr<net::ResponseSink> next_;  // shared with the adopter
};

std::unique_ptr<HeldTransfer> HeldTransfer::start(LoopContext& context, const DataRequest& request,
                                                  Extent extent,
                                                  std::function<void(DataVerdict)> on_verdict) {
  std::unique_ptr<HeldTransfer> held(new HeldTransfer(extent));
  const auto kind =
      extent == Extent::kWhole ? UpstreamCall::Kind::kFill : UpstreamCall::Kind::kAuthorize;
  held->sink_ = std::make_shared<Sink>(extent, UpstreamCall(context.edge.metrics, kind),
                                       std::move(on_verdict));
  const char* range = extent == Extent::kProbe ? "bytes=0-0" : "";
  held->transfer_ =
      context.client.start(makeDataRequest(context.edge.upstream, request, range), held->sink_);
  return held;
}

HeldTransfer::HeldTransfer(Extent extent) : extent_(extent) {}

HeldTransfer::~HeldTransfer() {
  if (sink_) sink_->forget();
  if (transfer_) transfer_->cancel();
}

void HeldTransfer::attach(std::unique_ptr<Speculation> speculation) {
  speculation_ = std::move(speculation);
}

std::unique_ptr<net::Transfer> HeldTransfer::take() { return std::move(transfer_); }

void HeldTransfer::deliver(std::unique_ptr<HeldTransfer> held, net::Transfer& transfer,
                           std::shared_ptr<net::ResponseSink> sink) {
  const auto inner = held->sink_;
  held.reset();  // ends the speculation: whoever waited for it finds the adopter
  inner->deliverTo(std::move(sink), transfer);
}

}  // namespace glint::proxy
