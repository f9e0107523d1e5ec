#include "bench/src/bench_content.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

namespace glint::bench {
namespace {

[[noreturn]] void giveUp(const char* what) {
  std::perror(what);
  std::exit(1);
}

std::string randomBytes(std::uint64_t seed, std::uint64_t length) {
  std::string bytes(length, '\0');
  std::uint64_t state = seed * 0x9e3779b97f4a7c15ull + 0x1234567;
  for (char& byte : bytes) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    byte = static_cast<char>(state >> 32);
  }
  return bytes;
}

UniqueFd memoryFile(const char* name, const std::string& bytes) {
  UniqueFd fd(::memfd_create(name, MFD_CLOEXEC));
  if (!fd.valid()) giveUp("memfd_create");
  std::size_t at = 0;
  while (at < bytes.size()) {
    const ssize_t written = ::write(fd.get(), bytes.data() + at, bytes.size() - at);
    if (written <= 0) giveUp("write");
    at += static_cast<std::size_t>(written);
  }
  return fd;
}

std::string finishHex(const EVP_MD_CTX* begun, const std::string& tail) {
  const UniqueHandle<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  EVP_MD_CTX_copy_ex(context.get(), begun);
  EVP_DigestUpdate(context.get(), tail.data(), tail.size());
  EVP_DigestFinal_ex(context.get(), digest.data(), &length);
  std::string hex;
  for (unsigned i = 0; i < length; ++i) {
    constexpr const char* kDigits = "0123456789abcdef";
    hex.push_back(kDigits[digest[i] >> 4]);
    hex.push_back(kDigits[digest[i] & 15]);
  }
  return hex;
}

}  // namespace

BenchContent::BenchContent() : base_bytes_(randomBytes(1, kBaseBytes)) {
  base_ = memoryFile("bench-base", base_bytes_);
  zeros_ = memoryFile("bench-zeros", std::string(kBaseBytes, '\0'));
}

BenchImage BenchContent::create(std::uint64_t size, bool sparse) {
  std::lock_guard lock(mu_);
  BenchImage image;
  image.size = size;
  image.sparse = sparse;
  ++last_number_;
  std::array<char, 37> id{};
  std::snprintf(id.data(), id.size(), "b0000000-0000-4000-8000-%012llx",
                static_cast<unsigned long long>(last_number_));
  image.id = id.data();
  image.tail = randomBytes(last_number_ + 1000, std::min(size, kTailBytes));
  finish(image);
  images_[image.id] = image;
  return image;
}

std::optional<BenchImage> BenchContent::find(const std::string& id) {
  std::lock_guard lock(mu_);
  const auto found = images_.find(id);
  if (found == images_.end()) return std::nullopt;
  return found->second;
}

void BenchContent::count(const std::string& id, std::uint64_t requests, std::uint64_t bytes) {
  std::lock_guard lock(mu_);
  BenchImage& image = images_[id];
  image.requests += requests;
  image.bytes_sent += bytes;
}

const BenchContent::Begun& BenchContent::begun(std::uint64_t prefix, bool sparse) {
  const auto found = begun_.find({prefix, sparse});
  if (found != begun_.end()) return found->second;
  Begun begun{Context(EVP_MD_CTX_new()), Context(EVP_MD_CTX_new())};
  EVP_DigestInit_ex(begun.md5.get(), EVP_md5(), nullptr);
  EVP_DigestInit_ex(begun.sha512.get(), EVP_sha512(), nullptr);
  const std::string zeros(sparse ? kBaseBytes : 0, '\0');
  const std::string& bytes = sparse ? zeros : base_bytes_;
  for (std::uint64_t left = prefix; left > 0;) {
    const std::uint64_t part = std::min(left, kBaseBytes);
    EVP_DigestUpdate(begun.md5.get(), bytes.data(), part);
    EVP_DigestUpdate(begun.sha512.get(), bytes.data(), part);
    left -= part;
  }
  return begun_.emplace(std::pair(prefix, sparse), std::move(begun)).first->second;
}

void BenchContent::finish(BenchImage& image) {
  const Begun& prefix = begun(image.size - image.tail.size(), image.sparse);
  image.md5 = finishHex(prefix.md5.get(), image.tail);
  image.sha512 = finishHex(prefix.sha512.get(), image.tail);
}

}  // namespace glint::bench
