// The images of the benchmark origin: any number, of any size, each with bytes and digests of its
// own, stored once.
//
// All share one block of pseudo-random bytes (or of zeros: a sparse image), repeated; the last
// block is made from the image's number. So the digest of a size is computed once, and finished for
// each image.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include <openssl/evp.h>

#include "base/handle.h"

namespace glint::bench {

inline constexpr std::uint64_t kTailBytes = 4096;
inline constexpr std::uint64_t kBaseBytes = 64u << 20;

struct BenchImage {
  std::string id;
  std::uint64_t size = 0;
  bool sparse = false;
  std::string tail;  // the last bytes, at most kTailBytes
  std::string md5;
  std::string sha512;
  std::uint64_t requests = 0;
  std::uint64_t bytes_sent = 0;
};

// Threads: any.
class BenchContent {
 public:
  BenchContent();

  BenchImage create(std::uint64_t size, bool sparse);
  std::optional<BenchImage> find(const std::string& id);
  void count(const std::string& id, std::uint64_t requests, std::uint64_t bytes);

  // The file that holds the image's bytes before its tail: position p of the image is at
  // p % kBaseBytes.
  int file(bool sparse) const { return (sparse ? zeros_ : base_).get(); }

 private:
  using Context = UniqueHandle<EVP_MD_CTX, EVP_MD_CTX_free>;
  struct Begun {
    Context md5;
    Context sha512;
  };
  const Begun& begun(std::uint64_t prefix, bool sparse);
  void finish(BenchImage& image);

  UniqueFd base_;
  UniqueFd zeros_;
  std::string base_bytes_;
  std::mutex mu_;
  std::map<std::string, BenchImage> images_;
  std::map<std::pair<std::uint64_t, bool>, Begun> begun_;
  std::uint64_t last_number_ = 0;
};

}  // namespace glint::bench
