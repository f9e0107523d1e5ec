#include "proxy/verified_body.h"

#include <atomic>
#include <utility>
#include <vector>

#include "base/log.h"
#include "metrics/edge_metrics.h"
#include "net/event_loop.h"

namespace glint::proxy {
namespace {

constexpr std::uint64_t kMostUndigested = 4U << 20;

}  // namespace

// The digest's thread never holds the body itself, whose end belongs to the loop.
struct VerifiedBody::Progress {
  explicit Progress(net::EventLoop& body_loop) : loop(body_loop) {}

  net::EventLoop& loop;
  std::atomic<bool> paused{false};
  std::weak_ptr<VerifiedBody> body;  // set once, before the digest begins
};

VerifiedBody::VerifiedBody(LoopContext& context, image::ContentDigest expected,
                           std::shared_ptr<http::BodyPipe> client, std::function<void()> resume)
    : context_(context),
      expected_(std::move(expected)),
      client_(std::move(client)),
      resume_(std::move(resume)),
      progress_(std::make_shared<Progress>(context.loop)) {}

VerifiedBody::~VerifiedBody() = default;

Result<std::shared_ptr<VerifiedBody>> VerifiedBody::create(LoopContext& context,
                                                           image::ContentDigest expected,
                                                           std::shared_ptr<http::BodyPipe> client,
                                                           std::function<void()> resume) {
  std::shared_ptr<VerifiedBody> made(
      new VerifiedBody(context, std::move(expected), std::move(client), std::move(resume)));
  made->progress_->body = made;
  auto digest = DigestPipeline::create({made->expected_.algorithm}, [progress = made->progress_] {
    if (!progress->paused.exchange(false)) return;
    progress->loop.post([progress] {
      if (const auto body = progress->body.lock()) body->resumeWhenCaughtUp();
    });
  });
  if (!digest) return tl::unexpected(std::move(digest.error()));
  made->digest_ = std::move(*digest);
  return made;
}

http::Flow VerifiedBody::onData(Slice slice) {
  digest_->feed(slice);
  const Slice ready = std::exchange(held_, std::move(slice));
  auto flow = http::Flow::kContinue;
  if (!ready.empty()) flow = client_->onData(ready);
  if (digest_->pendingBytes() <= kMostUndigested) return flow;
  progress_->paused = true;
  // The digest may have caught up between the two lines, and then says no more.
  if (digest_->pendingBytes() == 0) progress_->paused = false;
  return progress_->paused ? http::Flow::kPause : flow;
}

void VerifiedBody::resumeWhenCaughtUp() {
  if (digest_->pendingBytes() <= kMostUndigested / 2) return resume_();
  progress_->paused = true;
  if (digest_->pendingBytes() == 0) resume_();
}

void VerifiedBody::onEnd() {
  digest_->finishAsync([progress = progress_](std::vector<std::string> hex) {
    progress->loop.post([progress, hex = std::move(hex)] {
      if (const auto body = progress->body.lock()) body->judge(hex.front());
    });
  });
}

void VerifiedBody::judge(const std::string& hex) {
  if (hex == expected_.hex) {
    if (!held_.empty()) client_->onData(std::move(held_));
    return client_->onEnd();
  }
  context_.edge.metrics.verificationFailed(metrics::VerifiedAt::kFill);
  const std::string error =
      "the upstream sent other bytes than its record of the image says: " + expected_.algorithm +
      ":" + hex + " instead of " + expected_.hex;
  log::error("passed_through_wrong_bytes", {{"error", error}});
  client_->onAbort({ErrorCode::kCorrupt, error});
}

void VerifiedBody::onAbort(const Error& error) { client_->onAbort(error); }

}  // namespace glint::proxy
