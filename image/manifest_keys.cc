#include "image/manifest_keys.h"

#include "base/file.h"

namespace glint::image {
namespace {

constexpr std::uint64_t kKeyFileBytes = 64 * 1024;
constexpr mode_t kPrivateMode = 0600;
constexpr mode_t kDirectoryMode = 0700;

std::string currentFile(const std::string& dir) { return dir + "/signing-key.pem"; }
std::string previousFile(const std::string& dir) { return dir + "/previous-signing-key.pem"; }

Result<SigningKey> loadKey(const std::string& file) {
  auto pem = readFile(file, kKeyFileBytes);
  if (!pem) return tl::unexpected(pem.error());
  auto key = SigningKey::parse(*pem);
  if (!key) return failWith(file, key.error());
  return key;
}

Status writePublicKeys(const std::string& dir, const std::vector<SigningKey>& keys) {
  std::string pem;
  for (const SigningKey& key : keys) pem += key.publicKey().pem();
  return writeFileAtomic(publicKeysFile(dir), pem);
}

}  // namespace

std::string publicKeysFile(const std::string& dir) { return dir + "/public-keys.pem"; }

Result<std::vector<SigningKey>> loadSigningKeys(const std::string& dir) {
  std::vector<SigningKey> keys;
  auto current = loadKey(currentFile(dir));
  if (!current) return tl::unexpected(current.error());
  keys.push_back(std::move(*current));
  auto previous = loadKey(previousFile(dir));
  if (previous) {
    keys.push_back(std::move(*previous));
  } else if (previous.error().code != ErrorCode::kNotFound) {
    return tl::unexpected(previous.error());
  }
  return keys;
}

Status generateSigningKey(const std::string& dir) {
  if (auto made = ensureDirectory(dir, kDirectoryMode); !made) return made;
  const auto known = loadKey(currentFile(dir));
  if (known || known.error().code != ErrorCode::kNotFound) {
    return fail(ErrorCode::kConflict, "there is a key already: " + currentFile(dir));
  }
  const SigningKey key = SigningKey::generate();
  // Edges that pin it come before signatures by it.
  if (auto written = writePublicKeys(dir, {key}); !written) return written;
  return writeFileAtomic(currentFile(dir), key.pem(), kPrivateMode);
}

Status rotateSigningKey(const std::string& dir) {
  auto keys = loadSigningKeys(dir);
  if (!keys) return tl::unexpected(keys.error());
  const SigningKey& old = keys->front();
  const SigningKey fresh = SigningKey::generate();
  if (auto written = writePublicKeys(dir, {fresh, old}); !written) return written;
  if (auto kept = writeFileAtomic(previousFile(dir), old.pem(), kPrivateMode); !kept) return kept;
  return writeFileAtomic(currentFile(dir), fresh.pem(), kPrivateMode);
}

Result<std::vector<PublicKey>> loadPublicKeys(const std::string& file) {
  auto pem = readFile(file, kKeyFileBytes);
  if (!pem) return tl::unexpected(pem.error());
  auto keys = PublicKey::parseAll(*pem);
  if (!keys) return failWith(file, keys.error());
  return keys;
}

}  // namespace glint::image
