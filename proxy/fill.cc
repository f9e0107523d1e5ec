#include "proxy/fill.h"

#include <utility>

#include "base/check.h"

namespace glint::proxy {

Fill::Fill(image::ContentDigest digest, std::uint64_t size, image::ImageId image)
    : digest_(std::move(digest)), size_(size), image_(std::move(image)) {}

Fill::View Fill::view() const {
  MutexLock lock(mutex_);
  return view_;
}

std::optional<FillFailure> Fill::failure() const {
  MutexLock lock(mutex_);
  return failure_;
}

void Fill::move(FillState to) {
  {
    MutexLock lock(mutex_);
    GLINT_CHECK(canMove(view_.state, to), "a fill moves only as its table allows");
    view_.state = to;
  }
  followers_.wakeAll();
}

void Fill::begin(std::shared_ptr<const UniqueFd> file) {
  {
    MutexLock lock(mutex_);
    view_.file = std::move(file);
    view_.answered = true;
  }
  followers_.wakeAll();
}

void Fill::publish(std::uint64_t bytes) {
  {
    MutexLock lock(mutex_);
    view_.published = bytes;
  }
  followers_.wakeAll(Followers::Urgency::kPaced);
}

void Fill::fail(FillFailure failure) {
  {
    MutexLock lock(mutex_);
    GLINT_CHECK(canMove(view_.state, FillState::kFailed), "a fill that is over does not fail");
    view_.state = FillState::kFailed;
    failure_ = std::move(failure);
  }
  followers_.wakeAll();
}

}  // namespace glint::proxy
