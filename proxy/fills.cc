#include "proxy/fills.h"

#include <algorithm>
#include <utility>

#include "net/event_loop.h"
#include "proxy/context.h"
#include "proxy/fill.h"

namespace glint::proxy {

Speculation::~Speculation() { fills_.endSpeculation(image_); }

Fills::Fills(cache::ContentStore& store, const FillOptions& options)
    : store_(store), options_(options) {}

void Fills::acquire(LoopContext& context, Wanted wanted, std::function<void(Acquired)> done) {
  if (auto content = store_.find(wanted.digest)) {
    return done({.content = std::move(content), .fill = {}, .began = false});
  }
  Acquired found;
  {
    MutexLock lock(mutex_);
    if (const auto running = fills_.find(wanted.digest); running != fills_.end()) {
      found.fill = running->second;
    } else if (auto content = store_.find(wanted.digest)) {
      found.content = std::move(content);  // published between the two looks
    } else if (const auto other = speculations_.find(wanted.request.image.value);
               !wanted.held && other != speculations_.end()) {
      // Somebody's transfer of this very image is about to become the fill.
      auto again = std::make_shared<Wanted>(std::move(wanted));
      other->second.push_back([this, &context, &loop = context.loop,
                               alive = std::weak_ptr(context.jobs), again, done = std::move(done)] {
        loop.post([this, &context, alive, again, done] {
          if (!alive.expired()) acquire(context, std::move(*again), done);
        });
      });
      return;
    } else {
      found.fill = std::make_shared<Fill>(wanted.digest, wanted.size, wanted.request.image);
      found.began = true;
      fills_.emplace(wanted.digest, found.fill);
    }
  }
  if (found.began) {
    auto job = std::make_shared<FillJob>(
        context, FillJob::Plan{found.fill, std::move(wanted.request), std::move(wanted.held)});
    context.jobs->add(job);
    job->start();
  }
  done(std::move(found));
}

bool Fills::known(const std::string& image) {
  return std::any_of(fills_.begin(), fills_.end(),
                     [&](const auto& fill) { return fill.second->image().value == image; });
}

std::unique_ptr<Speculation> Fills::speculate(const std::string& image) {
  if (const auto digest = store_.aliasOf(image)) {
    if (store_.find(*digest)) return nullptr;
  }
  MutexLock lock(mutex_);
  if (known(image) || !speculations_.try_emplace(image).second) return nullptr;
  return std::make_unique<Speculation>(*this, image);
}

void Fills::endSpeculation(const std::string& image) {
  std::vector<Retry> waiting;
  {
    MutexLock lock(mutex_);
    const auto found = speculations_.find(image);
    if (found == speculations_.end()) return;
    waiting = std::move(found->second);
    speculations_.erase(found);
  }
  for (const Retry& retry : waiting) retry();
}

std::vector<Fills::FillInfo> Fills::list() const {
  std::vector<FillInfo> all;
  MutexLock lock(mutex_);
  for (const auto& [digest, fill] : fills_) {
    all.push_back({digest, fill->image().value, fill->size(), fill->view().published,
                   fill->followers().count()});
  }
  return all;
}

void Fills::remove(const Fill& fill) {
  MutexLock lock(mutex_);
  const auto found = fills_.find(fill.digest());
  if (found != fills_.end() && found->second.get() == &fill) fills_.erase(found);
}

}  // namespace glint::proxy
