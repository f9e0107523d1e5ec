// Message digests over OpenSSL: streaming, and several side by side on threads of their own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
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

bool knownDigest(std::string_view algorithm);
// Empty when the algorithm is unknown.
std::string digestHex(std::string_view algorithm, std::span<const std::byte> bytes);
std::string toHex(std::span<const std::byte> bytes);

// Feeds the same bytes to several digests, each on its own thread, in order, with bounded memory.
//
// Threads: feed(), pending() and finish() by one caller (any thread); `on_progress` runs on a
// digest thread. The object may be destroyed at any time: unfinished work is dropped and the
// threads joined.
class DigestPipeline {
 public:
  // `on_progress`, when given, is called each time the slowest digest has consumed a slice (to lift
  // back-pressure). Errors: kInvalidArgument (unknown algorithm).
  static Result<std::unique_ptr<DigestPipeline>> create(std::vector<std::string> algorithms,
                                                        std::function<void()> on_progress = {});
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
