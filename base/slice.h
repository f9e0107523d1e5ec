// Shared, read-only bytes, and the pool their memory comes from.
//
// A Slice is a view with shared ownership of whatever holds the bytes, so a body travels from the
// socket to hashers, disk and other sockets without being copied. Blocks are 256 KiB, recycled
// process-wide: fresh memory for each read would cost page faults (about 0.25 CPU-seconds per GB).
//
// Threads: any. A Block is written by its one owner before it is shared as a Slice, never after.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace glint {

inline constexpr std::size_t kBlockBytes = 256 * 1024;

struct Block {
  std::array<std::byte, kBlockBytes> bytes;
};

// A block with undefined content; it goes back to the pool (bounded; the rest is freed) with its
// last owner.
std::shared_ptr<Block> takeBlock();

class Slice {
 public:
  Slice() = default;
  Slice(std::shared_ptr<const void> owner, std::span<const std::byte> bytes)
      : owner_(std::move(owner)), bytes_(bytes) {}
  static Slice of(std::string text);
  static Slice copyOf(std::span<const std::byte> bytes);

  std::span<const std::byte> bytes() const { return bytes_; }
  std::string_view text() const {
    return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
  }
  std::size_t size() const { return bytes_.size(); }
  bool empty() const { return bytes_.empty(); }
  bool owned() const { return owner_ != nullptr; }
  // The part from `offset`, at most `length` bytes; shares the owner.
  Slice part(std::size_t offset, std::size_t length) const {
    return {owner_, bytes_.subspan(offset, std::min(length, bytes_.size() - offset))};
  }

 private:
  std::shared_ptr<const void> owner_;
  std::span<const std::byte> bytes_;
};

}  // namespace glint
