// A block manifest: what is taken is the same once encoded again, and lies within its bounds.
#include "base/check.h"
#include "image/manifest.h"
#include "tests/fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace glint::image;
  const auto wire = glint::fuzz::asText(data, size);
  const auto manifest = parseManifest(wire);
  GLINT_CHECK(!verifyManifestSignature(wire, {}), "without keys nothing is signed");
  if (!manifest) return 0;
  GLINT_CHECK(manifest->pieces.size() == piecesOf(manifest->size), "every piece has its digest");
  for (const Hole& hole : manifest->holes) {
    GLINT_CHECK(hole.length > 0 && hole.end() <= manifest->size, "holes lie within the content");
  }
  for (std::size_t piece = 0; piece < manifest->pieces.size(); ++piece) {
    GLINT_CHECK(manifest->pieceLength(piece) > 0, "no piece is empty");
    (void)manifest->isHole(piece);
  }
  const auto again = parseManifest(encodeManifest(*manifest));
  GLINT_CHECK(again && *again == *manifest, "encoding it again changes nothing");
  return 0;
}
