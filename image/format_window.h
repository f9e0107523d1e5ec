// Bytes kept of a stream that passes by once: a window at a fixed place, and the stream's end.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace glint::image {

using Bytes = std::span<const std::byte>;

// Unsigned integers of header fields. The caller has checked that the field lies within `bytes`.
inline std::uint64_t readBig(Bytes bytes, std::size_t at, std::size_t width) {
  std::uint64_t value = 0;
  for (const auto byte : bytes.subspan(at, width))
    value = value << 8U | std::to_integer<std::uint64_t>(byte);
  return value;
}
inline std::uint64_t readLittle(Bytes bytes, std::size_t at, std::size_t width) {
  std::uint64_t value = 0;
  for (std::size_t i = width; i > 0; --i)
    value = value << 8U | std::to_integer<std::uint64_t>(bytes[at + i - 1]);
  return value;
}
inline std::string_view asText(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline bool holdsAt(Bytes bytes, std::size_t at, std::string_view signature) {
  return bytes.size() >= at && asText(bytes.subspan(at)).starts_with(signature);
}

// [offset, offset + length) of a stream. Must exist before the stream reaches `offset`; otherwise
// it never becomes complete.
class StreamWindow {
 public:
  StreamWindow() = default;
  StreamWindow(std::uint64_t offset, std::size_t length) : offset_(offset), length_(length) {}

  // `bytes` stand at `position` of the stream. May be given the same bytes again.
  void feed(std::uint64_t position, Bytes bytes) {
    const auto next = offset_ + kept_.size();
    if (complete() || position > next || position + bytes.size() <= next) return;
    const auto part = bytes.subspan(static_cast<std::size_t>(next - position));
    const auto wanted = std::min(part.size(), length_ - kept_.size());
    kept_.insert(kept_.end(), part.begin(), part.begin() + static_cast<std::ptrdiff_t>(wanted));
  }
  bool complete() const { return kept_.size() == length_; }
  Bytes bytes() const { return kept_; }

 private:
  std::uint64_t offset_ = 0;
  std::size_t length_ = 0;
  std::vector<std::byte> kept_;
};

// The last `length` bytes so far.
class StreamTail {
 public:
  explicit StreamTail(std::size_t length) : length_(length) {}

  void feed(Bytes bytes) {
    bytes = bytes.last(std::min(bytes.size(), length_));
    const auto excess = kept_.size() + bytes.size();
    if (excess > length_)
      kept_.erase(kept_.begin(), kept_.begin() + static_cast<std::ptrdiff_t>(excess - length_));
    kept_.insert(kept_.end(), bytes.begin(), bytes.end());
  }
  bool complete() const { return kept_.size() == length_; }
  Bytes bytes() const { return kept_; }

 private:
  std::size_t length_;
  std::vector<std::byte> kept_;
};

}  // namespace glint::image
