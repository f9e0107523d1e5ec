// Message digests over OpenSSL: streaming, and several side by side on threads of their own.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/slice.h"

namespace glint {

// One running digest. `algorithm` is any name OpenSSL knows: md5, sha1, sha256, sha512, …
// Threads: none; one user at a time.
class Digest {
 public:
  // Errors: kInvalidArgument (unknown algorithm).
  static Result<Digest> create(std::string_view algorithm);
  Digest(Digest&&) noexcept;
  Digest& operator=(Digest&&) noexcept;
  ~Digest();

  void update(std::span<const std::byte> bytes);
  std::string finishHex();  // lower-case hex; the object is spent afterwards

 private:
  struct Impl;
  explicit Digest(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

using Sha256Bytes = std::array<std::byte, 32>;

// SHA-256 of one message after the other, without the price of a new object for each.
// Threads: none; one user at a time.
class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();

  void update(std::span<const std::byte> bytes);
  Sha256Bytes finish();  // the next update() begins a new message

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

bool knownDigest(std::string_view algorithm);
// Empty when the algorithm is unknown.
std::string digestHex(std::string_view algorithm, std::span<const std::byte> bytes);
std::string toHex(std::span<const std::byte> bytes);
std::optional<std::string> fromHex(std::string_view hex);  // nullopt: no hex digits, or an odd one

// Feeds the same bytes to several digests, each on its own thread, in order, with bounded memory.
//
// Threads: feed(), pending() and finish() by one caller (any thread); `on_progress` runs on a
// digest thread. The object may be destroyed at any time: unfinished work is dropped and the
// threads joined.
class DigestPipeline {
 public:
  // Sees the bytes in order, on a thread of the pipeline; once finish() has returned it has seen
  // all.
  using Observer = std::function<void(std::span<const std::byte>)>;

  // `on_progress`, when given, is called each time the slowest digest has consumed a slice (to lift
  // back-pressure). `observer`, when given, counts as one more digest, without a result.
  // Errors: kInvalidArgument (unknown algorithm).
  static Result<std::unique_ptr<DigestPipeline>> create(std::vector<std::string> algorithms,
                                                        std::function<void()> on_progress = {},
                                                        Observer observer = {});
  virtual ~DigestPipeline() = default;

  // Never blocks; shares the slice's memory until all digests have read it.
  virtual void feed(Slice slice) = 0;
  // Bytes fed that the slowest digest has not consumed yet.
  virtual std::uint64_t pendingBytes() const = 0;
  // Blocks until pendingBytes() is at most `bytes` (0: until all are consumed).
  virtual void waitPending(std::uint64_t bytes) = 0;
  // Blocks until everything is consumed; hex digests in the order of the algorithms.
  virtual std::vector<std::string> finish() = 0;
  // Does not block: `done` is called on a digest thread with the hex digests once everything fed is
  // consumed.
  virtual void finishAsync(std::function<void(std::vector<std::string>)> done) = 0;
};

}  // namespace glint
