#include "proxy/download.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/digest.h"
#include "cache/content_store.h"
#include "http/error_body.h"
#include "http/range.h"
#include "metrics/edge_metrics.h"
#include "net/worker_pool.h"
#include "proxy/authorizer.h"
#include "proxy/cursor.h"
#include "proxy/fill.h"
#include "proxy/fills.h"
#include "proxy/forwarder.h"
#include "proxy/options.h"

namespace glint::proxy {
namespace {

// The bytes asked for, and how they are announced.
struct Extent {
  int status = 200;
  http::ByteRange range;
};

class Download : public std::enable_shared_from_this<Download> {
 public:
  Download(LoopContext& context, net::ExchangePtr exchange, image::ImageId image,
           Credentials credentials)
      : context_(context), exchange_(std::move(exchange)) {
    request_.image = std::move(image);
    request_.credentials = std::move(credentials);
    request_.request_id = exchange_->requestId();
    request_.accept = exchange_->request().headers.get("accept").value_or("");
  }

  void start() {
    exchange_->onClosed([self = shared_from_this()](bool) { self->closed(); });
    Authorizer::Question question{
        .request = request_,
        .speculate = [&fills = context_.edge.fills, image = request_.image.value] {
          return fills.speculate(image);
        }};
    context_.edge.authorizer.decide(
        context_, std::move(question),
        [weak = weak_from_this()](DecisionPtr decision, std::unique_ptr<HeldTransfer> held) {
          if (const auto self = weak.lock()) self->decided(std::move(decision), std::move(held));
        });
  }

 private:
  void decided(DecisionPtr decision, std::unique_ptr<HeldTransfer> held) {
    if (closed_) return;
    decision_ = std::move(decision);
    switch (decision_->kind) {
      case Decision::Kind::kAllowed:
        return serve(std::move(held));
      case Decision::Kind::kRefused:
        return refuse(decision_->answer);
      case Decision::Kind::kUnavailable:
        context_.edge.metrics.error();
        return exchange_->respond(decision_->answer.status == 0
                                      ? unreachableResponse(exchange_->request())
                                      : toResponse(decision_->answer));
    }
  }

  void refuse(const UpstreamAnswer& answer) {
    answer.status >= 400 ? context_.edge.metrics.denied() : context_.edge.metrics.bypass();
    exchange_->setSource("upstream");
    exchange_->respond(toResponse(answer));
  }

  void serve(std::unique_ptr<HeldTransfer> held) {
    if (decision_->stale) exchange_->annotate("decision", "stale");
    const ImageFacts& facts = decision_->facts;
    if (!facts.digest || facts.size.value_or(0) == 0 || !knownDigest(facts.digest->algorithm) ||
        *facts.size > context_.edge.options.store.capacity_bytes) {
      return bypass(std::move(held));
    }
    if (!resolveExtent(*facts.size)) return;
    acquire(std::move(held));
  }

  bool resolveExtent(std::uint64_t size) {
    const http::RangeAnswer answer = http::resolveImageRange(exchange_->request().headers, size);
    switch (answer.kind) {
      case http::RangeAnswer::Kind::kWhole:
        extent_ = {200, {0, size}};
        return true;
      case http::RangeAnswer::Kind::kPartial:
        extent_ = {206, answer.range};
        return true;
      case http::RangeAnswer::Kind::kNotSatisfiable:
        refuseRange(416, "The requested range lies outside the image.");
        return false;
      case http::RangeAnswer::Kind::kBadRequest:
        refuseRange(400, "Several ranges in one request are not supported.");
        return false;
    }
    return false;
  }

  void refuseRange(int status, const char* why) {
    context_.edge.metrics.denied();
    exchange_->respond(http::errorResponse(status, why, exchange_->request().headers));
  }

  void acquire(std::unique_ptr<HeldTransfer> held) {
    context_.edge.fills.acquire(context_,
                                {.digest = *decision_->facts.digest,
                                 .size = *decision_->facts.size,
                                 .request = request_,
                                 .held = std::move(held)},
                                [weak = weak_from_this()](Fills::Acquired found) {
                                  if (const auto self = weak.lock())
                                    self->acquired(std::move(found));
                                });
  }

  void acquired(Fills::Acquired found) {
    if (closed_) return;
    const std::uint64_t size = *decision_->facts.size;
    if (found.content) {
      // Two records with one digest and two sizes: one of them is wrong, the upstream may know.
      if (found.content->size() != size) return bypass(nullptr);
      rememberAlias(found.content->digest());
      decision_->stale ? context_.edge.metrics.stale() : context_.edge.metrics.hit();
      return respondFile(found.content->file(), "cache");
    }
    if (found.fill->size() != size) return bypass(nullptr);
    fill_ = std::move(found.fill);
    began_ = found.began;
    context_.edge.metrics.waiterJoined();
    waiting_ = true;
    place_ = fill_->followers().join(context_.loop, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->fillMoved();
    });
    fillMoved();
  }

  void fillMoved() {
    if (closed_ || exchange_->responded()) return;
    const Fill::View view = fill_->view();
    if (view.state == FillState::kFailed) return fillFailed();
    if (!view.answered) return;
    place_.reset();
    if (began_) {
      context_.edge.metrics.miss();
    } else {
      extent_.status == 206 ? context_.edge.metrics.partial() : context_.edge.metrics.coalesced();
    }
    if (view.state == FillState::kCommitted) return respondFile(view.file, "fill");
    auto cursor = std::make_shared<Cursor>(context_, fill_, extent_.range.offset,
                                           extent_.range.offset + extent_.range.length, request_);
    respond(http::Stream{std::move(cursor), extent_.range.length}, "fill");
  }

  void fillFailed() {
    place_.reset();
    const auto failure = fill_->failure();
    exchange_->annotate("error", failure->error.message);
    switch (failure->kind) {
      case FillFailure::Kind::kStore:
        return bypass(nullptr);
      case FillFailure::Kind::kAnswered:
        // Another caller's token was refused, or the image has just changed.
        context_.edge.authorizer.forget(request_.image);
        if (!began_ && !retried_) return retry();
        return refuse(*failure->answer);
      case FillFailure::Kind::kUpstream:
        context_.edge.metrics.error();
        return exchange_->respond(unreachableResponse(exchange_->request()));
      case FillFailure::Kind::kContent:
        context_.edge.metrics.error();
        return exchange_->respond(http::errorResponse(
            502, "The image service sent something else than its record of the image says.",
            exchange_->request().headers));
    }
  }

  void retry() {
    retried_ = true;
    leaveFill();
    acquire(nullptr);
  }

  void bypass(std::unique_ptr<HeldTransfer> held) {
    context_.edge.metrics.bypass();
    const http::HeaderMap& headers = exchange_->request().headers;
    const bool whole = !headers.get("range") && !headers.get("content-range") &&
                       exchange_->request().query().empty();
    if (!whole) return forward(context_, exchange_);  // a part cannot be told right from wrong
    std::optional<image::ContentDigest> expected = decision_->facts.digest;
    if (expected && !knownDigest(expected->algorithm)) expected.reset();
    held ? passThrough(context_, exchange_, std::move(held), std::move(expected))
         : forward(context_, exchange_, std::move(expected));
  }

  void respondFile(std::shared_ptr<const UniqueFd> file, const char* source) {
    respond(http::FileRange{.file = std::move(file),
                            .offset = extent_.range.offset,
                            .length = extent_.range.length},
            source);
  }

  void respond(http::Body body, const char* source) {
    const ImageFacts& facts = decision_->facts;
    http::Response response;
    response.status = extent_.status;
    response.headers.add("Content-Type", "application/octet-stream");
    if (!facts.checksum.empty()) response.headers.add("Content-MD5", facts.checksum);
    if (extent_.status == 206) {
      response.headers.add("Content-Range", http::formatContentRange(extent_.range, *facts.size));
    }
    response.headers.add("X-Openstack-Request-Id", exchange_->requestId());
    response.body = std::move(body);
    exchange_->setSource(source);
    exchange_->respond(std::move(response));
  }

  void rememberAlias(const image::ContentDigest& digest) {
    cache::ContentStore& store = context_.edge.store;
    if (store.aliasOf(request_.image.value) == digest) return;
    // Not worth a wait when the workers are busy: the next hit tries again.
    (void)context_.edge.workers.trySubmit(
        [&store, image = request_.image.value, digest] { store.setAlias(image, digest); });
  }

  void leaveFill() {
    place_.reset();
    fill_.reset();
    if (std::exchange(waiting_, false)) context_.edge.metrics.waiterLeft();
  }

  void closed() {
    closed_ = true;
    leaveFill();
  }

  LoopContext& context_;
  const net::ExchangePtr exchange_;
  DataRequest request_;
  DecisionPtr decision_;
  Extent extent_;
  FillPtr fill_;  // shared with its driver and other followers
  std::unique_ptr<Followers::Place> place_;
  bool began_ = false;
  bool retried_ = false;
  bool waiting_ = false;
  bool closed_ = false;
};

}  // namespace

void download(LoopContext& context, const net::ExchangePtr& exchange, image::ImageId image,
              Credentials credentials) {
  std::make_shared<Download>(context, exchange, std::move(image), std::move(credentials))->start();
}

}  // namespace glint::proxy
