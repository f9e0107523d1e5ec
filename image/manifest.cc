#include "image/manifest.h"

#include <algorithm>
#include <array>
#include <concepts>
#include <cstring>

#include "base/check.h"

namespace glint::image {
namespace {

// docs/manifest-format.md. Values are on the wire and in databases: never renumber.
constexpr std::string_view kMagic = "GLINTMF1";
constexpr std::uint8_t kPieceShift = 20;
static_assert(1u << kPieceShift == kPieceBytes);
constexpr std::string_view kSignatureContext = "glint block manifest 1\n";
constexpr std::size_t kMostAlgorithmBytes = 32;
constexpr std::size_t kLeastDigestBytes = 4;
constexpr std::size_t kMostDigestBytes = 96;
constexpr std::size_t kMd5Bytes = 16;
constexpr std::size_t kMostSignatures = 4;
constexpr std::uint64_t kMostContentBytes = 1ull << 46;
constexpr std::size_t kHoleBytes = 16;
constexpr std::size_t kSignatureEntryBytes = kKeyIdBytes + kSignatureBytes;

tl::unexpected<Error> corrupt(const char* why) {
  return fail(ErrorCode::kCorrupt, std::string("block manifest: ") + why);
}

template <std::unsigned_integral Number>
void put(std::string& out, Number number) {
  for (std::size_t i = 0; i < sizeof number; ++i) {
    out.push_back(static_cast<char>(static_cast<std::uint64_t>(number) >> (8 * i) & 0xff));
  }
}

// Reads little-endian fields; once something is missing all that follows is empty.
class Reader {
 public:
  explicit Reader(std::string_view wire) : rest_(wire) {}

  template <std::unsigned_integral Number>
  Number number() {
    const std::string_view bytes = text(sizeof(Number));
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    }
    return static_cast<Number>(value);
  }
  std::string_view text(std::size_t length) {
    if (length > rest_.size()) {
      short_ = true;
      rest_ = {};
    }
    const std::string_view taken = rest_.substr(0, short_ ? 0 : length);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  std::size_t left() const { return rest_.size(); }
  bool isShort() const { return short_; }

 private:
  std::string_view rest_;
  bool short_ = false;
};

std::string hexOf(std::string_view bytes) {
  return toHex(std::as_bytes(std::span(bytes.data(), bytes.size())));
}

bool isAlgorithm(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

Sha256Bytes hashZeros(std::uint64_t length) {
  static constexpr std::array<std::byte, kManifestBlockBytes> kZeros{};
  Sha256 digest;
  while (length > 0) {
    const auto step = std::min<std::uint64_t>(length, kZeros.size());
    digest.update(std::span(kZeros).first(static_cast<std::size_t>(step)));
    length -= step;
  }
  return digest.finish();
}

Sha256Bytes zeroDigest(std::uint64_t length) {
  static const Sha256Bytes kWholePiece = hashZeros(kPieceBytes);
  return length == kPieceBytes ? kWholePiece : hashZeros(length);
}

bool isZero(std::span<const std::byte> bytes) {
  return bytes[0] == std::byte{0} &&
         std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0;
}

Status readHoles(Reader& in, Manifest& manifest) {
  const auto count = in.number<std::uint32_t>();
  if (count > in.left() / kHoleBytes) return corrupt("its hole map is cut short");
  manifest.holes.reserve(count);
  std::uint64_t least = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    Hole hole;
    hole.offset = in.number<std::uint64_t>();
    hole.length = in.number<std::uint64_t>();
    const bool aligned = hole.offset % kManifestBlockBytes == 0;
    const bool inside = hole.offset < manifest.size && hole.length > 0 &&
                        hole.length <= manifest.size - hole.offset;
    if (!aligned || !inside || hole.offset < least) return corrupt("a hole lies where none can");
    if (hole.length % kManifestBlockBytes != 0 && hole.end() != manifest.size) {
      return corrupt("a hole ends within a block");
    }
    least = hole.end() + 1;  // holes that touch are one
    manifest.holes.push_back(hole);
  }
  return {};
}

Status readPieces(Reader& in, Manifest& manifest) {
  const std::uint64_t count = piecesOf(manifest.size);
  if (count > in.left() / sizeof(Sha256Bytes)) return corrupt("it lists too few pieces");
  manifest.pieces.resize(static_cast<std::size_t>(count));
  for (Sha256Bytes& piece : manifest.pieces) {
    const std::string_view bytes = in.text(piece.size());
    std::memcpy(piece.data(), bytes.data(), piece.size());
  }
  for (const Hole& hole : manifest.holes) {
    const std::uint64_t first = (hole.offset + kPieceBytes - 1) / kPieceBytes;
    for (std::uint64_t i = first; i < count && manifest.isHole(static_cast<std::size_t>(i)); ++i) {
      const auto piece = static_cast<std::size_t>(i);
      if (manifest.pieces[piece] != zeroDigest(manifest.pieceLength(piece))) {
        return corrupt("a piece within a hole does not have the digest of zeros");
      }
    }
  }
  return {};
}

struct Parsed {
  Manifest manifest;
  std::string_view signatures;  // entries of key id and signature
  std::size_t signed_bytes = 0;
};

Result<Parsed> parse(std::string_view wire) {
  if (wire.size() > kMostManifestBytes) return corrupt("too long");
  Reader in(wire);
  Parsed parsed;
  Manifest& manifest = parsed.manifest;
  if (in.text(kMagic.size()) != kMagic) return corrupt("it does not begin as one");
  if (in.number<std::uint8_t>() != kPieceShift) return corrupt("pieces of another size");
  const std::size_t algorithm_bytes = in.number<std::uint8_t>();
  manifest.digest.algorithm = in.text(std::min(algorithm_bytes, kMostAlgorithmBytes + 1));
  const std::size_t digest_bytes = in.number<std::uint8_t>();
  manifest.digest.hex = hexOf(in.text(digest_bytes));
  const std::size_t md5_bytes = in.number<std::uint8_t>();
  manifest.md5 = hexOf(in.text(md5_bytes));
  manifest.size = in.number<std::uint64_t>();
  if (in.isShort()) return corrupt("its head is cut short");
  if (algorithm_bytes > kMostAlgorithmBytes || !isAlgorithm(manifest.digest.algorithm) ||
      digest_bytes < kLeastDigestBytes || digest_bytes > kMostDigestBytes ||
      (md5_bytes != 0 && md5_bytes != kMd5Bytes)) {
    return corrupt("its digests cannot be ones");
  }
  if (manifest.size > kMostContentBytes) return corrupt("no content is that large");
  if (auto holes = readHoles(in, manifest); !holes) return tl::unexpected(holes.error());
  if (auto pieces = readPieces(in, manifest); !pieces) return tl::unexpected(pieces.error());
  parsed.signed_bytes = wire.size() - in.left();
  const std::size_t signatures = in.number<std::uint8_t>();
  if (in.isShort() || signatures > kMostSignatures ||
      in.left() != signatures * kSignatureEntryBytes) {
    return corrupt("its signatures are cut short, or followed by something");
  }
  parsed.signatures = in.text(in.left());
  return parsed;
}

std::string signedMessage(std::string_view encoded) {
  return std::string(kSignatureContext).append(encoded);
}

}  // namespace

std::uint64_t Manifest::pieceLength(std::size_t piece) const {
  return std::min(kPieceBytes, size - piece * kPieceBytes);
}

bool Manifest::isHole(std::size_t piece) const {
  const std::uint64_t begin = piece * kPieceBytes;
  const auto after =
      std::upper_bound(holes.begin(), holes.end(), begin,
                       [](std::uint64_t offset, const Hole& hole) { return offset < hole.offset; });
  return after != holes.begin() && std::prev(after)->end() >= begin + pieceLength(piece);
}

std::string encodeManifest(const Manifest& manifest) {
  const auto digest = fromHex(manifest.digest.hex);
  const auto md5 = fromHex(manifest.md5);
  GLINT_CHECK(digest && md5 && manifest.pieces.size() == piecesOf(manifest.size),
              "a manifest that is sent is whole");
  std::string out(kMagic);
  put(out, kPieceShift);
  put(out, static_cast<std::uint8_t>(manifest.digest.algorithm.size()));
  out += manifest.digest.algorithm;
  put(out, static_cast<std::uint8_t>(digest->size()));
  out += *digest;
  put(out, static_cast<std::uint8_t>(md5->size()));
  out += *md5;
  put(out, manifest.size);
  put(out, static_cast<std::uint32_t>(manifest.holes.size()));
  for (const Hole& hole : manifest.holes) {
    put(out, hole.offset);
    put(out, hole.length);
  }
  for (const Sha256Bytes& piece : manifest.pieces) {
    out.append(reinterpret_cast<const char*>(piece.data()), piece.size());
  }
  put(out, std::uint8_t{0});
  return out;
}

std::string signManifest(std::string encoded, std::span<const SigningKey> keys) {
  GLINT_CHECK(!encoded.empty() && encoded.back() == '\0' && keys.size() <= kMostSignatures,
              "an unsigned manifest is signed, by a few keys");
  encoded.pop_back();
  const std::string message = signedMessage(encoded);
  put(encoded, static_cast<std::uint8_t>(keys.size()));
  for (const SigningKey& key : keys) {
    const KeyId& id = key.publicKey().id();
    encoded.append(reinterpret_cast<const char*>(id.data()), id.size());
    encoded += key.sign(message);
  }
  return encoded;
}

Result<Manifest> parseManifest(std::string_view wire) {
  auto parsed = parse(wire);
  if (!parsed) return tl::unexpected(parsed.error());
  return std::move(parsed->manifest);
}

Status verifyManifestSignature(std::string_view wire, std::span<const PublicKey> keys) {
  const auto parsed = parse(wire);
  if (!parsed) return tl::unexpected(parsed.error());
  const std::string message = signedMessage(wire.substr(0, parsed->signed_bytes));
  for (std::string_view rest = parsed->signatures; !rest.empty();
       rest.remove_prefix(kSignatureEntryBytes)) {
    for (const PublicKey& key : keys) {
      const bool by_key = std::memcmp(key.id().data(), rest.data(), kKeyIdBytes) == 0;
      if (by_key && key.verify(message, rest.substr(kKeyIdBytes, kSignatureBytes))) return {};
    }
  }
  return fail(ErrorCode::kForbidden, parsed->signatures.empty()
                                         ? "block manifest: it is not signed"
                                         : "block manifest: no pinned key has signed it");
}

void ManifestBuilder::update(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const std::uint64_t to_block_end = kManifestBlockBytes - manifest_.size % kManifestBlockBytes;
    const auto part =
        bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), to_block_end)));
    const bool zero = isZero(part);
    block_zero_ = block_zero_ && zero;
    hash(part, zero);
    manifest_.size += part.size();
    if (manifest_.size % kManifestBlockBytes == 0) endBlock();
    if (manifest_.size % kPieceBytes == 0) endPiece();
    bytes = bytes.subspan(part.size());
  }
}

// A piece that is zeros only costs no hashing.
void ManifestBuilder::hash(std::span<const std::byte> bytes, bool zero) {
  static constexpr std::array<std::byte, kManifestBlockBytes> kZeros{};
  if (zero && !piece_has_data_) {
    piece_zeros_ += bytes.size();
    return;
  }
  for (; piece_zeros_ > 0; piece_zeros_ -= std::min<std::uint64_t>(piece_zeros_, kZeros.size())) {
    piece_.update(std::span(kZeros).first(
        static_cast<std::size_t>(std::min<std::uint64_t>(piece_zeros_, kZeros.size()))));
  }
  piece_has_data_ = true;
  piece_.update(bytes);
}

void ManifestBuilder::endPiece() {
  manifest_.pieces.push_back(piece_has_data_ ? piece_.finish() : zeroDigest(piece_zeros_));
  piece_has_data_ = false;
  piece_zeros_ = 0;
}

void ManifestBuilder::endBlock() {
  const std::uint64_t begin = (manifest_.size - 1) / kManifestBlockBytes * kManifestBlockBytes;
  if (block_zero_ && !in_hole_) {
    in_hole_ = true;
    hole_begin_ = begin;
  } else if (!block_zero_) {
    endHole(begin);
  }
  block_zero_ = true;
}

void ManifestBuilder::endHole(std::uint64_t end) {
  if (!in_hole_) return;
  in_hole_ = false;
  const bool worth_it = end - hole_begin_ >= kSmallestHoleBytes || end == size();
  if (worth_it) manifest_.holes.push_back({hole_begin_, end - hole_begin_});
}

Manifest ManifestBuilder::finish(ContentDigest digest, std::string md5) {
  if (manifest_.size % kManifestBlockBytes != 0) endBlock();
  endHole(manifest_.size);
  if (manifest_.size % kPieceBytes != 0) endPiece();
  manifest_.digest = std::move(digest);
  manifest_.md5 = std::move(md5);
  return std::move(manifest_);
}

}  // namespace glint::image
