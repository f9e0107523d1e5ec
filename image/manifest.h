// The block manifest of an image's content: its size and digests, the SHA-256 of each piece, and
// where it is nothing but zeros. Whoever has it can verify any part of the content by itself.
//
// The wire form is docs/manifest-format.md. Threads: values.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "base/signature.h"
#include "image/content_digest.h"

namespace glint::image {

inline constexpr std::uint64_t kPieceBytes = 1u << 20;
inline constexpr std::uint64_t kManifestBlockBytes = 4096;      // holes are whole blocks
inline constexpr std::uint64_t kSmallestHoleBytes = 64 * 1024;  // shorter ones are not listed
inline constexpr std::uint64_t kMostManifestBytes = 64u << 20;  // content up to about 2 TiB
inline constexpr const char* kManifestMediaType = "application/vnd.glint.manifest";

struct Hole {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::uint64_t end() const { return offset + length; }
  bool operator==(const Hole&) const = default;
};

struct Manifest {
  std::uint64_t size = 0;
  ContentDigest digest;             // of the whole
  std::string md5;                  // of the whole, hex; empty: not known
  std::vector<Hole> holes;          // ascending, apart from each other
  std::vector<Sha256Bytes> pieces;  // one per kPieceBytes, the last may be shorter
  bool operator==(const Manifest&) const = default;

  std::uint64_t pieceLength(std::size_t piece) const;
  bool isHole(std::size_t piece) const;  // the whole piece lies in one hole
};

constexpr std::uint64_t piecesOf(std::uint64_t size) {
  return size / kPieceBytes + (size % kPieceBytes != 0 ? 1 : 0);
}

// Without a signature. The manifest must be one that parseManifest() would give.
std::string encodeManifest(const Manifest& manifest);
// `encoded`, as encodeManifest() made it, with the signatures of these keys (at most four).
std::string signManifest(std::string encoded, std::span<const SigningKey> keys);

// Errors: kCorrupt (not a manifest, or one that contradicts itself).
Result<Manifest> parseManifest(std::string_view wire);
// Errors: kCorrupt; kForbidden (none of the keys has signed it).
Status verifyManifestSignature(std::string_view wire, std::span<const PublicKey> keys);

// Makes the manifest of content that passes by. Threads: one user at a time.
class ManifestBuilder {
 public:
  void update(std::span<const std::byte> bytes);
  std::uint64_t size() const { return manifest_.size; }
  // `digest` and `md5` of the whole are computed elsewhere.
  Manifest finish(ContentDigest digest, std::string md5);

 private:
  void hash(std::span<const std::byte> bytes, bool zero);
  void endPiece();
  void endBlock();
  void endHole(std::uint64_t end);

  Manifest manifest_;  // its size: what has passed so far
  Sha256 piece_;
  std::uint64_t piece_zeros_ = 0;  // the piece is so many zeros so far, not hashed yet
  bool piece_has_data_ = false;
  bool block_zero_ = true;
  bool in_hole_ = false;
  std::uint64_t hole_begin_ = 0;
};

}  // namespace glint::image
