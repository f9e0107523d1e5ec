#include "base/uuid.h"

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <span>

#include "base/check.h"
#include "base/strings.h"

namespace glint {
namespace {

constexpr std::size_t kUuidBytes = 16;

// One system call serves many ids: a request id is made for every request.
class RandomBytes {
 public:
  std::span<const unsigned char, kUuidBytes> take() {
    if (next_ == bytes_.size()) refill();
    const auto taken = std::span(bytes_).subspan(next_).first<kUuidBytes>();
    next_ += kUuidBytes;
    return taken;
  }

 private:
  void refill() {
    std::size_t have = 0;
    while (have < bytes_.size()) {
      const ssize_t got = ::getrandom(bytes_.data() + have, bytes_.size() - have, 0);
      if (got < 0) {
        GLINT_CHECK(errno == EINTR, "getrandom works");
        continue;
      }
      have += static_cast<std::size_t>(got);
    }
    next_ = 0;
  }

  std::array<unsigned char, 128 * kUuidBytes> bytes_{};
  std::size_t next_ = bytes_.size();
};

constexpr bool dashAt(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

}  // namespace

std::string makeUuid() {
  static thread_local RandomBytes random;
  constexpr std::string_view kHex = "0123456789abcdef";
  std::array<unsigned char, kUuidBytes> bytes{};
  const auto taken = random.take();
  std::copy(taken.begin(), taken.end(), bytes.begin());
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0F) | 0x40);  // version 4
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3F) | 0x80);  // RFC 4122 variant
  std::string text(36, '-');
  std::size_t at = 0;
  for (const unsigned char byte : bytes) {
    if (dashAt(at)) ++at;
    text[at++] = kHex[byte >> 4U];
    text[at++] = kHex[byte & 0x0FU];
  }
  return text;
}

bool looksLikeUuid(std::string_view s) {
  if (s.size() != 36) return false;
  for (std::size_t i = 0; i < s.size(); ++i) {
    const bool hex = asciiDigit(s[i]) || (asciiLower(s[i]) >= 'a' && asciiLower(s[i]) <= 'f');
    if (dashAt(i) ? s[i] != '-' : !hex) return false;
  }
  return true;
}

}  // namespace glint
