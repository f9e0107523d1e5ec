#include "proxy/cursor.h"

#include <utility>

#include "base/log.h"

namespace glint::proxy {

using Pulled = http::Pulled;

Cursor::Cursor(LoopContext& context, FillPtr fill, std::uint64_t begin, std::uint64_t end,
               DataRequest request)
    : context_(context),
      fill_(std::move(fill)),
      position_(begin),
      end_(end),
      request_(std::move(request)) {}

void Cursor::setWake(std::function<void()> wake) {
  wake_ = std::move(wake);
  place_ = fill_->followers().join(context_.loop, wake_);
}

Pulled Cursor::pull(std::uint64_t max_bytes) {
  if (relay_) return relay_->pull(max_bytes);
  if (position_ == end_) return {.state = Pulled::State::kEnd, .chunk = {}};
  const Fill::View view = fill_->view();
  if (view.state == FillState::kFailed) return afterFailure(max_bytes);
  const std::uint64_t limit =
      view.state == FillState::kCommitted ? end_ : releasable(view.published, fill_->size(), end_);
  if (limit <= position_) return {.state = Pulled::State::kWait, .chunk = {}};
  const std::uint64_t length = std::min(limit - position_, max_bytes);
  http::FileRange range{.file = view.file, .offset = position_, .length = length};
  position_ += length;
  return {.state = Pulled::State::kReady, .chunk = std::move(range)};
}

Pulled Cursor::afterFailure(std::uint64_t max_bytes) {
  const auto failure = fill_->failure();
  if (!failure || failure->kind != FillFailure::Kind::kStore) {
    return {.state = Pulled::State::kAbort, .chunk = {}};
  }
  log::warn("client_continues_from_upstream", {{"request_id", request_.request_id},
                                               {"image_id", fill_->image().value},
                                               {"bytes", position_}});
  place_.reset();
  relay_ =
      Relay::start(context_, request_, {.begin = position_, .end = end_, .size = fill_->size()});
  relay_->setWake(wake_);
  return relay_->pull(max_bytes);
}

}  // namespace glint::proxy
