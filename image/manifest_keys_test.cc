#include "image/manifest_keys.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "base/file.h"
#include "base/test_dir.h"
#include "image/manifest.h"

namespace glint::image {
namespace {

std::string signedManifest(const std::string& dir) {
  ManifestBuilder builder;
  const Manifest manifest = builder.finish({"sha256", "00112233445566778899"}, "");
  return signManifest(encodeManifest(manifest), loadSigningKeys(dir).value());
}

TEST_CASE("Manifest keys: generated once, private", "[image][manifest]") {
  const TestDir dir;
  const std::string keys = dir.path() + "/keys";
  CHECK(loadSigningKeys(keys).error().code == ErrorCode::kNotFound);
  REQUIRE(generateSigningKey(keys));
  CHECK(generateSigningKey(keys).error().code == ErrorCode::kConflict);
  struct stat state {};
  REQUIRE(::stat((keys + "/signing-key.pem").c_str(), &state) == 0);
  CHECK((state.st_mode & 0777) == 0600);
  CHECK(verifyManifestSignature(signedManifest(keys), *loadPublicKeys(publicKeysFile(keys))));
}

TEST_CASE("Manifest keys: an edge with the old key or the new one goes on", "[image][manifest]") {
  const TestDir dir;
  REQUIRE(generateSigningKey(dir.path()));
  const auto first = *loadPublicKeys(publicKeysFile(dir.path()));
  REQUIRE(rotateSigningKey(dir.path()));
  const auto second = *loadPublicKeys(publicKeysFile(dir.path()));
  CHECK(second.size() == 2);
  CHECK(verifyManifestSignature(signedManifest(dir.path()), first));
  CHECK(verifyManifestSignature(signedManifest(dir.path()), second));

  REQUIRE(rotateSigningKey(dir.path()));  // the first key is gone now
  CHECK_FALSE(verifyManifestSignature(signedManifest(dir.path()), first));
  CHECK(verifyManifestSignature(signedManifest(dir.path()), second));
}

TEST_CASE("Manifest keys: a damaged file is named", "[image][manifest]") {
  const TestDir dir;
  REQUIRE(generateSigningKey(dir.path()));
  REQUIRE(writeFileAtomic(dir.path() + "/previous-signing-key.pem", "rubbish"));
  const auto keys = loadSigningKeys(dir.path());
  REQUIRE_FALSE(keys);
  CHECK(keys.error().code == ErrorCode::kInvalidArgument);
  CHECK(keys.error().message.find("previous-signing-key.pem") != std::string::npos);
}

}  // namespace
}  // namespace glint::image
