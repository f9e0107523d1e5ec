#include <catch2/catch.hpp>

#include "base/test_dir.h"
#include "ctl/commands.h"
#include "image/manifest_keys.h"

namespace glint::ctl {
namespace {

TEST_CASE("keys: generated once, rotated as often as wanted", "[ctl]") {
  const TestDir dir;
  Output output;
  CHECK(keysChange(KeysChange::kRotate, dir.path(), output) == 1);
  CHECK(keysChange(KeysChange::kGenerate, dir.path(), output) == 0);
  const auto first = image::loadSigningKeys(dir.path()).value();
  CHECK(output.out.find(toHex(first[0].publicKey().id())) != std::string::npos);
  CHECK(output.out.find("public-keys.pem") != std::string::npos);
  CHECK(output.out.find("PRIVATE") == std::string::npos);
  CHECK(keysChange(KeysChange::kGenerate, dir.path(), output) == 1);
  CHECK(keysChange(KeysChange::kRotate, dir.path(), output) == 0);
  const auto second = image::loadSigningKeys(dir.path()).value();
  REQUIRE(second.size() == 2);
  CHECK(second[1].publicKey().id() == first[0].publicKey().id());
}

}  // namespace
}  // namespace glint::ctl
