#include "base/signature.h"

#include <algorithm>
#include <span>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/check.h"
#include "base/digest.h"
#include "base/handle.h"

namespace glint {
namespace {

using KeyPtr = UniqueHandle<EVP_PKEY, EVP_PKEY_free>;
using BioPtr = UniqueHandle<BIO, BIO_free_all>;
using MdCtxPtr = UniqueHandle<EVP_MD_CTX, EVP_MD_CTX_free>;

constexpr std::size_t kPublicKeyBytes = 32;
constexpr std::string_view kPemBegin = "-----BEGIN ";
constexpr std::size_t kMostPemBytes = 64 * 1024;

const unsigned char* raw(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

BioPtr reader(std::string_view pem) {
  return BioPtr(BIO_new_mem_buf(pem.data(), static_cast<int>(std::min(pem.size(), kMostPemBytes))));
}

std::string contentOf(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

KeyId idOf(EVP_PKEY* key) {
  std::array<std::byte, kPublicKeyBytes> bytes{};
  std::size_t length = bytes.size();
  const int done =
      EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(bytes.data()), &length);
  GLINT_CHECK(done == 1 && length == bytes.size(), "an Ed25519 key has 32 public bytes");
  Sha256 digest;
  digest.update(bytes);
  const Sha256Bytes value = digest.finish();
  KeyId id{};
  std::copy_n(value.begin(), id.size(), id.begin());
  return id;
}

// Without a terminal: a key with a passphrase is a key that cannot be read.
int noPassphrase(char*, int, int, void*) noexcept { return 0; }

}  // namespace

struct PublicKey::Impl {
  explicit Impl(KeyPtr handle) : key(std::move(handle)), id(idOf(key.get())) {}
  KeyPtr key;
  KeyId id;
};

Result<std::vector<PublicKey>> PublicKey::parseAll(std::string_view pem) {
  const BioPtr bio = reader(pem);
  std::vector<PublicKey> keys;
  while (EVP_PKEY* read = PEM_read_bio_PUBKEY(bio.get(), nullptr, noPassphrase, nullptr)) {
    KeyPtr key(read);
    if (EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_ED25519) {
      return fail(ErrorCode::kInvalidArgument, "a public key is not of the kind Ed25519");
    }
    keys.push_back(PublicKey(std::make_shared<const Impl>(std::move(key))));
  }
  ERR_clear_error();
  std::size_t begun = 0;
  for (auto at = pem.find(kPemBegin); at != std::string_view::npos;
       at = pem.find(kPemBegin, at + 1)) {
    ++begun;
  }
  if (keys.empty() || keys.size() != begun || pem.size() > kMostPemBytes) {
    return fail(ErrorCode::kInvalidArgument, "no PEM of Ed25519 public keys, and nothing else");
  }
  return keys;
}

const KeyId& PublicKey::id() const { return impl_->id; }

std::string PublicKey::pem() const {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  GLINT_CHECK(PEM_write_bio_PUBKEY(bio.get(), impl_->key.get()) == 1,
              "a public key has a PEM form");
  return contentOf(bio.get());
}

bool PublicKey::verify(std::string_view message, std::string_view signature) const {
  if (signature.size() != kSignatureBytes) return false;
  const MdCtxPtr context(EVP_MD_CTX_new());
  const bool good =
      EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, impl_->key.get()) == 1 &&
      EVP_DigestVerify(context.get(), raw(signature), signature.size(), raw(message),
                       message.size()) == 1;
  ERR_clear_error();
  return good;
}

SigningKey SigningKey::generate() {
  KeyPtr key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  GLINT_CHECK(key != nullptr, "OpenSSL makes Ed25519 keys");
  return SigningKey(PublicKey(std::make_shared<const PublicKey::Impl>(std::move(key))));
}

Result<SigningKey> SigningKey::parse(std::string_view pem) {
  const BioPtr bio = reader(pem);
  KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, noPassphrase, nullptr));
  ERR_clear_error();
  if (key == nullptr || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_ED25519) {
    return fail(ErrorCode::kInvalidArgument, "no PEM of an Ed25519 private key without passphrase");
  }
  return SigningKey(PublicKey(std::make_shared<const PublicKey::Impl>(std::move(key))));
}

std::string SigningKey::pem() const {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  const int done = PEM_write_bio_PrivateKey(bio.get(), public_.impl_->key.get(), nullptr, nullptr,
                                            0, nullptr, nullptr);
  GLINT_CHECK(done == 1, "a private key has a PEM form");
  return contentOf(bio.get());
}

std::string SigningKey::sign(std::string_view message) const {
  const MdCtxPtr context(EVP_MD_CTX_new());
  std::string signature(kSignatureBytes, '\0');
  std::size_t length = signature.size();
  const bool done =
      EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, public_.impl_->key.get()) == 1 &&
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &length,
                     raw(message), message.size()) == 1;
  GLINT_CHECK(done && length == kSignatureBytes, "a key that was read can sign");
  return signature;
}

std::string toHex(const KeyId& id) { return toHex(std::span<const std::byte>(id)); }

}  // namespace glint
