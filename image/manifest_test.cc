#include "image/manifest.h"

#include <random>

#include <catch2/catch.hpp>

namespace glint::image {
namespace {

std::span<const std::byte> bytesOf(const std::string& text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

std::string noise(std::size_t length, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::string text(length, '\0');
  for (char& c : text) c = static_cast<char>(random() % 255 + 1);
  return text;
}

ContentDigest digestOf(const std::string& content) {
  return {"sha512", digestHex("sha512", bytesOf(content))};
}

Manifest manifestOf(const std::string& content, std::size_t step = SIZE_MAX) {
  ManifestBuilder builder;
  for (std::size_t at = 0; at < content.size();) {
    const auto part = bytesOf(content).subspan(at, std::min(step, content.size() - at));
    builder.update(part);
    at += part.size();
  }
  return builder.finish(digestOf(content), digestHex("md5", bytesOf(content)));
}

std::string sparseContent() {
  std::string content = noise(4 * kPieceBytes + 12345);
  content.replace(70000, 200000, std::string(200000, '\0'));           // within a piece
  content.replace(kPieceBytes + 4096, 4096, std::string(4096, '\0'));  // too short a hole
  content.replace(2 * kPieceBytes, kPieceBytes, std::string(kPieceBytes, '\0'));  // a whole piece
  content.replace(4 * kPieceBytes, 12345, std::string(12345, '\0'));              // the end
  return content;
}

TEST_CASE("ManifestBuilder: pieces have their digest, zeros are holes", "[image][manifest]") {
  const std::string content = sparseContent();
  const Manifest manifest = manifestOf(content);
  CHECK(manifest.size == content.size());
  REQUIRE(manifest.pieces.size() == 5);
  for (std::size_t i = 0; i < manifest.pieces.size(); ++i) {
    const auto length = static_cast<std::size_t>(manifest.pieceLength(i));
    const auto piece = bytesOf(content).subspan(i * kPieceBytes, length);
    CHECK(toHex(manifest.pieces[i]) == digestHex("sha256", piece));
  }
  CHECK(manifest.holes == std::vector<Hole>{{73728, 192512},
                                            {2 * kPieceBytes, kPieceBytes},
                                            {4 * kPieceBytes, 12345}});
  CHECK_FALSE(manifest.isHole(0));
  CHECK_FALSE(manifest.isHole(1));
  CHECK(manifest.isHole(2));
  CHECK_FALSE(manifest.isHole(3));
  CHECK(manifest.isHole(4));
}

TEST_CASE("ManifestBuilder: how the content is cut changes nothing", "[image][manifest]") {
  const std::string content = sparseContent();
  const Manifest whole = manifestOf(content);
  for (const std::size_t step : {4095, 4096, 65536, 99991, 1 << 20}) {
    CAPTURE(step);
    CHECK(manifestOf(content, step) == whole);
  }
}

TEST_CASE("Manifest: sizes at the edges", "[image][manifest]") {
  const auto size = GENERATE(0u, 1u, 4096u, 65536u, (1u << 20) - 1, 1u << 20, (1u << 20) + 1);
  for (const std::string& content : {noise(size), std::string(size, '\0')}) {
    const Manifest manifest = manifestOf(content, 5000);
    CHECK(manifest.pieces.size() == piecesOf(size));
    const auto parsed = parseManifest(encodeManifest(manifest));
    REQUIRE(parsed);
    CHECK(*parsed == manifest);
    for (std::size_t i = 0; i < manifest.pieces.size(); ++i) {
      CHECK(manifest.isHole(i) == (content[0] == '\0'));
    }
  }
}

TEST_CASE("Manifest: signatures", "[image][manifest]") {
  const std::string encoded = encodeManifest(manifestOf(sparseContent()));
  const std::vector<SigningKey> signers{SigningKey::generate(), SigningKey::generate()};
  const std::vector<PublicKey> first{signers[0].publicKey()};
  const std::vector<PublicKey> second{signers[1].publicKey()};
  const std::vector<PublicKey> stranger{SigningKey::generate().publicKey()};

  const std::string wire = signManifest(encoded, signers);
  CHECK(parseManifest(wire).value() == parseManifest(encoded).value());
  CHECK(verifyManifestSignature(wire, first));
  CHECK(verifyManifestSignature(wire, second));
  CHECK(verifyManifestSignature(wire, stranger).error().code == ErrorCode::kForbidden);
  CHECK(verifyManifestSignature(encoded, first).error().code == ErrorCode::kForbidden);

  std::string changed = wire;  // another piece digest, the signatures as they were
  changed[wire.size() - 2 * 72 - 10] = static_cast<char>(changed[wire.size() - 2 * 72 - 10] ^ 1);
  CHECK_FALSE(verifyManifestSignature(changed, first));
}

TEST_CASE("Manifest: cut short or prolonged it is refused", "[image][manifest]") {
  const std::vector<SigningKey> signers{SigningKey::generate()};
  const std::string wire = signManifest(encodeManifest(manifestOf(sparseContent())), signers);
  for (std::size_t length = 0; length < wire.size(); ++length) {
    const auto parsed = parseManifest(std::string_view(wire).substr(0, length));
    if (!parsed) continue;
    FAIL("a manifest of " << length << " bytes was taken");
  }
  CHECK(parseManifest(wire));
  CHECK_FALSE(parseManifest(wire + '\0'));
}

TEST_CASE("Manifest: what contradicts itself is refused", "[image][manifest]") {
  const Manifest good = manifestOf(sparseContent());
  const auto refused = [&](auto change) {
    Manifest bad = good;
    change(bad);
    const auto parsed = parseManifest(encodeManifest(bad));
    return !parsed && parsed.error().code == ErrorCode::kCorrupt;
  };
  CHECK(refused([](Manifest& m) { m.digest.algorithm = ""; }));
  CHECK(refused([](Manifest& m) { m.digest.algorithm = "../../x"; }));
  CHECK(refused([](Manifest& m) { m.digest.algorithm = std::string(33, 'a'); }));
  CHECK(refused([](Manifest& m) { m.digest.hex = "ab"; }));
  CHECK(refused([](Manifest& m) { m.md5 = "abcd"; }));
  CHECK(refused([](Manifest& m) { m.holes[0].offset += 1; }));
  CHECK(refused([](Manifest& m) { m.holes[0].length += 1; }));
  CHECK(refused([](Manifest& m) { m.holes[0].length = 0; }));
  CHECK(refused([](Manifest& m) { m.holes[2].length += 4096; }));
  CHECK(refused([](Manifest& m) { m.holes[0].length = ~0ull << 12; }));
  CHECK(refused([](Manifest& m) { std::swap(m.holes[0], m.holes[1]); }));
  CHECK(refused([](Manifest& m) { m.holes[0] = {0, kPieceBytes}; }));  // its piece is not zeros
  CHECK(refused([](Manifest& m) { m.pieces[2][0] ^= std::byte{1}; }));
}

}  // namespace
}  // namespace glint::image
