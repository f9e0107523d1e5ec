#include "proxy/relay.h"

#include <algorithm>
#include <string>
#include <utility>

#include "http/range.h"
#include "proxy/upstream_call.h"

namespace glint::proxy {

class Relay::Sink : public net::ResponseSink {
 public:
  Sink(LoopContext& context, const Part& part, std::shared_ptr<http::BodyPipe> pipe)
      : call_(context.edge.metrics, UpstreamCall::Kind::kForward),
        part_(part),
        left_(part.end - part.begin),
        pipe_(std::move(pipe)) {}

  void onHead(http::ResponseHead head) override {
    call_.answered(head.status);
    if (head.status == 200) {
      skip_ = part_.begin;
      fits_ = head.content_length.value_or(part_.size) == part_.size;
      return;
    }
    const auto given = http::parseContentRange(head.headers.get("content-range").value_or(""));
    fits_ = head.status == 206 && given &&
            given->range == http::ByteRange{part_.begin, part_.end - part_.begin} &&
            given->size.value_or(part_.size) == part_.size;
  }

  http::Flow onData(Slice slice) override {
    call_.received(slice.size());
    if (!fits_) return http::Flow::kContinue;
    const auto skipped = std::min<std::uint64_t>(skip_, slice.size());
    skip_ -= skipped;
    slice = slice.part(static_cast<std::size_t>(skipped), slice.size());
    slice = slice.part(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, slice.size())));
    left_ -= slice.size();
    return slice.empty() ? http::Flow::kContinue : pipe_->onData(std::move(slice));
  }

  void onEnd() override {
    if (fits_ && left_ == 0) return pipe_->onEnd();
    pipe_->onAbort({ErrorCode::kUpstream, "the upstream did not give the rest of the image"});
  }

  void onAbort(const Error& error) override {
    call_.failed(error);
    pipe_->onAbort(error);
  }

 private:
  UpstreamCall call_;
  const Part part_;
  bool fits_ = false;
  std::uint64_t skip_ = 0;
  std::uint64_t left_;
  std::shared_ptr<http::BodyPipe> pipe_;  // shared with the relay
};

std::shared_ptr<Relay> Relay::start(LoopContext& context, const DataRequest& request,
                                    const Part& part) {
  std::shared_ptr<Relay> relay(new Relay);
  relay->pipe_ = http::BodyPipe::create();
  relay->pipe_->setResume([weak = std::weak_ptr(relay)] {
    if (const auto self = weak.lock(); self && self->transfer_) self->transfer_->resume();
  });
  const std::string range =
      "bytes=" + std::to_string(part.begin) + "-" + std::to_string(part.end - 1);
  relay->transfer_ = context.client.start(makeDataRequest(context.edge.upstream, request, range),
                                          std::make_shared<Sink>(context, part, relay->pipe_));
  return relay;
}

Relay::~Relay() {
  pipe_->closeSource();
  transfer_.reset();
}

}  // namespace glint::proxy
