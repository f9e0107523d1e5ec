#include "base/digest.h"

#include <array>

#include <openssl/err.h>
#include <openssl/evp.h>

#include "base/check.h"
#include "base/handle.h"

namespace glint {
namespace {

using MdPtr = UniqueHandle<EVP_MD, EVP_MD_free>;
using MdCtxPtr = UniqueHandle<EVP_MD_CTX, EVP_MD_CTX_free>;

MdPtr fetchDigest(std::string_view algorithm) {
  if (algorithm.empty() || algorithm.find('\0') != std::string_view::npos) return nullptr;
  MdPtr digest(EVP_MD_fetch(nullptr, std::string(algorithm).c_str(), nullptr));
  if (digest == nullptr) ERR_clear_error();
  return digest;
}

}  // namespace

struct Digest::Impl {
  MdPtr algorithm;
  MdCtxPtr context;
};

Digest::Digest(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;
Digest::~Digest() = default;

Result<Digest> Digest::create(std::string_view algorithm) {
  auto impl = std::make_unique<Impl>();
  impl->algorithm = fetchDigest(algorithm);
  impl->context.reset(EVP_MD_CTX_new());
  if (impl->algorithm == nullptr || impl->context == nullptr ||
      EVP_DigestInit_ex2(impl->context.get(), impl->algorithm.get(), nullptr) != 1) {
    ERR_clear_error();
    return fail(ErrorCode::kInvalidArgument,
                "unknown digest algorithm '" + std::string(algorithm) + "'");
  }
  return Digest(std::move(impl));
}

void Digest::update(std::span<const std::byte> bytes) {
  const int done = EVP_DigestUpdate(impl_->context.get(), bytes.data(), bytes.size());
  GLINT_CHECK(done == 1, "a digest accepts bytes until it is finished");
}

std::string Digest::finishHex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> value{};
  unsigned int length = 0;
  const int done = EVP_DigestFinal_ex(impl_->context.get(), value.data(), &length);
  GLINT_CHECK(done == 1, "a digest is finished once");
  return toHex(std::as_bytes(std::span(value).first(length)));
}

struct Sha256::Impl {
  MdPtr algorithm = fetchDigest("sha256");
  MdCtxPtr context{EVP_MD_CTX_new()};
  void begin() {
    GLINT_CHECK(EVP_DigestInit_ex2(context.get(), algorithm.get(), nullptr) == 1,
                "OpenSSL has SHA-256");
  }
};

Sha256::Sha256() : impl_(std::make_unique<Impl>()) { impl_->begin(); }
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::update(std::span<const std::byte> bytes) {
  const int done = EVP_DigestUpdate(impl_->context.get(), bytes.data(), bytes.size());
  GLINT_CHECK(done == 1, "a digest accepts bytes until it is finished");
}

Sha256Bytes Sha256::finish() {
  Sha256Bytes value{};
  const int done = EVP_DigestFinal_ex(impl_->context.get(),
                                      reinterpret_cast<unsigned char*>(value.data()), nullptr);
  GLINT_CHECK(done == 1, "a digest is finished");
  impl_->begin();
  return value;
}

bool knownDigest(std::string_view algorithm) { return fetchDigest(algorithm) != nullptr; }

std::string digestHex(std::string_view algorithm, std::span<const std::byte> bytes) {
  auto digest = Digest::create(algorithm);
  if (!digest) return {};
  digest->update(bytes);
  return digest->finishHex();
}

std::string toHex(std::span<const std::byte> bytes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::byte byte : bytes) {
    const auto value = std::to_integer<unsigned>(byte);
    text += kHex[value >> 4U];
    text += kHex[value & 0x0FU];
  }
  return text;
}

std::optional<std::string> fromHex(std::string_view hex) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  if (hex.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  bytes.reserve(hex.size() / 2);
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = digit(hex[i]);
    const int low = digit(hex[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

}  // namespace glint
