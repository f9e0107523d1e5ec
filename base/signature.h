// Ed25519 signatures (RFC 8032) over OpenSSL, with keys in PEM files as `openssl genpkey` writes
// them.
//
// Threads: keys are immutable and may be used by several threads.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace glint {

inline constexpr std::size_t kSignatureBytes = 64;
inline constexpr std::size_t kKeyIdBytes = 8;

using KeyId = std::array<std::byte, kKeyIdBytes>;  // the first bytes of the public key's SHA-256

class PublicKey {
 public:
  // All keys of a PEM text, one after the other. Errors: kInvalidArgument (none, or one that is no
  // Ed25519 public key).
  static Result<std::vector<PublicKey>> parseAll(std::string_view pem);

  const KeyId& id() const;
  std::string pem() const;  // SubjectPublicKeyInfo
  bool verify(std::string_view message, std::string_view signature) const;

 private:
  friend class SigningKey;
  struct Impl;
  explicit PublicKey(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;  // shared by copies
};

class SigningKey {
 public:
  static SigningKey generate();
  // Errors: kInvalidArgument (not one Ed25519 private key without a passphrase).
  static Result<SigningKey> parse(std::string_view pem);

  std::string pem() const;  // PKCS #8, not encrypted
  const PublicKey& publicKey() const { return public_; }
  std::string sign(std::string_view message) const;  // kSignatureBytes

 private:
  explicit SigningKey(PublicKey key) : public_(std::move(key)) {}
  PublicKey public_;  // its handle holds the private part too
};

std::string toHex(const KeyId& id);

}  // namespace glint
