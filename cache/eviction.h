// Which content goes when space is needed: S3-FIFO (Yang and others, SOSP 2023) counted in bytes.
//
// New contents enter a small queue (a tenth of the capacity). One that is used again there moves to
// the main queue; one that is not leaves, and is remembered as a ghost: should it come back soon,
// it enters the main queue at once. In the main queue each use buys one more round. So a burst of
// contents used once cannot flush those used every day.
//
// Pure: no disk, no clock. Threads: none; the caller locks. use() is O(1) and moves nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <unordered_set>

namespace glint::cache {

class EvictionQueue {
 public:
  struct Item {
    void* owner = nullptr;          // the caller's, given back by victim()
    std::uint64_t fingerprint = 0;  // names the content among the ghosts
    std::uint64_t bytes = 0;
    std::uint8_t uses = 0;  // at most kMaxUses
    bool in_main = false;
  };
  using Place = std::list<Item>::iterator;
  using MayLeave = std::function<bool(void* owner)>;

  static constexpr std::uint8_t kMaxUses = 3;

  explicit EvictionQueue(std::uint64_t capacity_bytes) : small_target_(capacity_bytes / 10) {}

  // `known_good`: used more than once in an earlier life, so it begins in the main queue.
  Place insert(void* owner, std::uint64_t fingerprint, std::uint64_t bytes, bool known_good);
  static void use(Place place) {
    if (place->uses < kMaxUses) ++place->uses;
  }
  void erase(Place place);

  // The next to go, or nullptr when nothing may. The caller remember()s and erase()s it.
  void* victim(const MayLeave& may_leave);
  void remember(Place place);  // as a ghost, if it leaves from the small queue

  std::uint64_t bytes() const { return small_bytes_ + main_bytes_; }
  std::size_t count() const { return small_.size() + main_.size(); }
  bool isGhost(std::uint64_t fingerprint) const { return ghosts_.contains(fingerprint); }

 private:
  void* stepSmall(const MayLeave& may_leave);
  void* stepMain(const MayLeave& may_leave);
  void promote(Place place);

  std::uint64_t small_target_;
  std::list<Item> small_;  // front: next to be looked at
  std::list<Item> main_;
  std::uint64_t small_bytes_ = 0;
  std::uint64_t main_bytes_ = 0;
  std::list<std::uint64_t> ghost_order_;
  std::unordered_set<std::uint64_t> ghosts_;
};

}  // namespace glint::cache
