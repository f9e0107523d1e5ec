// What names the bytes of an image, whatever image names them: a digest algorithm and its value.
#pragma once

#include <functional>
#include <string>

namespace glint::image {

struct ContentDigest {
  std::string algorithm;  // "sha512", "md5", … as OpenSSL and os_hash_algo spell it
  std::string hex;        // lower case
  auto operator<=>(const ContentDigest&) const = default;
  bool operator==(const ContentDigest&) const = default;
  std::string text() const { return algorithm + ":" + hex; }
};

struct ContentDigestHash {
  std::size_t operator()(const ContentDigest& digest) const {
    return std::hash<std::string>{}(digest.hex);
  }
};

}  // namespace glint::image
