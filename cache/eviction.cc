#include "cache/eviction.h"

#include <algorithm>

namespace glint::cache {
namespace {

constexpr std::size_t kMinGhosts = 64;

}  // namespace

EvictionQueue::Place EvictionQueue::insert(void* owner, std::uint64_t fingerprint,
                                           std::uint64_t bytes, bool known_good) {
  const bool ghost = ghosts_.erase(fingerprint) > 0;
  if (ghost) ghost_order_.remove(fingerprint);
  const bool in_main = ghost || known_good;
  std::list<Item>& queue = in_main ? main_ : small_;
  (in_main ? main_bytes_ : small_bytes_) += bytes;
  return queue.insert(queue.end(), Item{owner, fingerprint, bytes, 0, in_main});
}

void EvictionQueue::erase(Place place) {
  (place->in_main ? main_bytes_ : small_bytes_) -= place->bytes;
  (place->in_main ? main_ : small_).erase(place);
}

void* EvictionQueue::victim(const MayLeave& may_leave) {
  // An item is looked at once in the small queue and at most kMaxUses + 1 times in the main one
  // before its uses are spent; what is still here then is held.
  const std::size_t most_steps = count() * (kMaxUses + 2u) + 1;
  for (std::size_t step = 0; step < most_steps && count() > 0; ++step) {
    const bool small_first = small_bytes_ > small_target_ || main_.empty();
    void* found = small_first && !small_.empty() ? stepSmall(may_leave)
                  : !main_.empty()               ? stepMain(may_leave)
                                                 : stepSmall(may_leave);
    if (found != nullptr) return found;
  }
  for (const auto* queue : {&small_, &main_}) {
    for (const Item& item : *queue) {
      if (may_leave(item.owner)) return item.owner;
    }
  }
  return nullptr;
}

void* EvictionQueue::stepSmall(const MayLeave& may_leave) {
  const Place front = small_.begin();
  if (front->uses > 1) {
    promote(front);
    return nullptr;
  }
  if (may_leave(front->owner)) return front->owner;
  small_.splice(small_.end(), small_, front);
  return nullptr;
}

void* EvictionQueue::stepMain(const MayLeave& may_leave) {
  const Place front = main_.begin();
  if (front->uses == 0 && may_leave(front->owner)) return front->owner;
  if (front->uses > 0) --front->uses;
  main_.splice(main_.end(), main_, front);
  return nullptr;
}

void EvictionQueue::promote(Place place) {
  small_bytes_ -= place->bytes;
  main_bytes_ += place->bytes;
  place->in_main = true;
  place->uses = 0;
  main_.splice(main_.end(), small_, place);
}

void EvictionQueue::remember(Place place) {
  if (place->in_main || !ghosts_.insert(place->fingerprint).second) return;
  ghost_order_.push_back(place->fingerprint);
  while (ghost_order_.size() > std::max(count(), kMinGhosts)) {
    ghosts_.erase(ghost_order_.front());
    ghost_order_.pop_front();
  }
}

}  // namespace glint::cache
