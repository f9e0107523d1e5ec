#include "base/signature.h"

#include <catch2/catch.hpp>

namespace glint {
namespace {

// RFC 8032 §7.1, test 1: the key pair, in the encodings of PKCS #8 and SubjectPublicKeyInfo.
constexpr const char* kPrivate =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
    "-----END PRIVATE KEY-----\n";
constexpr unsigned char kFirstSignatureByte = 0xe5;

TEST_CASE("Ed25519: the RFC's first vector", "[base][signature]") {
  const auto key = SigningKey::parse(kPrivate);
  REQUIRE(key);
  const std::string signature = key->sign("");
  CHECK(signature.size() == kSignatureBytes);
  CHECK(static_cast<unsigned char>(signature[0]) == kFirstSignatureByte);
  CHECK(key->publicKey().verify("", signature));
}

TEST_CASE("Ed25519: a signature holds for its message and key only", "[base][signature]") {
  const SigningKey key = SigningKey::generate();
  const SigningKey other = SigningKey::generate();
  std::string signature = key.sign("message");
  CHECK(key.publicKey().verify("message", signature));
  CHECK_FALSE(key.publicKey().verify("Message", signature));
  CHECK_FALSE(other.publicKey().verify("message", signature));
  CHECK_FALSE(key.publicKey().verify("message", signature.substr(1)));
  signature[5] = static_cast<char>(signature[5] ^ 1);
  CHECK_FALSE(key.publicKey().verify("message", signature));
}

TEST_CASE("Ed25519: keys survive their PEM form", "[base][signature]") {
  const SigningKey key = SigningKey::generate();
  const SigningKey other = SigningKey::generate();
  const auto again = SigningKey::parse(key.pem());
  REQUIRE(again);
  CHECK(again->publicKey().id() == key.publicKey().id());

  const auto both = PublicKey::parseAll(key.publicKey().pem() + "\n" + other.publicKey().pem());
  REQUIRE(both);
  REQUIRE(both->size() == 2);
  CHECK((*both)[0].id() == key.publicKey().id());
  CHECK((*both)[1].verify("m", other.sign("m")));
}

TEST_CASE("Ed25519: what is no key is refused", "[base][signature]") {
  CHECK_FALSE(SigningKey::parse(""));
  CHECK_FALSE(SigningKey::parse(SigningKey::generate().publicKey().pem()));
  CHECK_FALSE(PublicKey::parseAll(""));
  CHECK_FALSE(PublicKey::parseAll(kPrivate));
  const std::string good = SigningKey::generate().publicKey().pem();
  CHECK_FALSE(PublicKey::parseAll(good + good.substr(0, good.size() / 2)));
}

}  // namespace
}  // namespace glint
