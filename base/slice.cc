#include "base/slice.h"

#include <algorithm>
#include <vector>

#include "base/mutex.h"

namespace glint {
namespace {

constexpr std::size_t kKeptBlocks = 64;  // 16 MiB at rest

class BlockPool {
 public:
  std::unique_ptr<Block> take() {
    {
      MutexLock lock(mutex_);
      if (!free_.empty()) {
        auto block = std::move(free_.back());
        free_.pop_back();
        return block;
      }
    }
    return std::unique_ptr<Block>(new Block);  // not make_unique: that would clear 256 KiB
  }

  void give(std::unique_ptr<Block> block) {
    MutexLock lock(mutex_);
    if (free_.size() < kKeptBlocks) free_.push_back(std::move(block));
  }

 private:
  Mutex mutex_;
  std::vector<std::unique_ptr<Block>> free_ GUARDED_BY(mutex_);
};

// Never destroyed: blocks may come back from threads that end after static destruction began.
BlockPool& pool() {
  static auto* instance = new BlockPool;
  return *instance;
}

}  // namespace

std::shared_ptr<Block> takeBlock() {
  return {pool().take().release(),
          [](Block* block) { pool().give(std::unique_ptr<Block>(block)); }};
}

Slice Slice::of(std::string text) {
  auto owner = std::make_shared<const std::string>(std::move(text));
  return {owner, std::as_bytes(std::span(*owner))};
}

Slice Slice::copyOf(std::span<const std::byte> bytes) {
  return of(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

}  // namespace glint
