// The directory of the keys that an origin signs block manifests with, and the file of public keys
// that edges pin.
//
//   <dir>/signing-key.pem           private, mode 0600
//   <dir>/previous-signing-key.pem  the one before, while edges may still know only that
//   <dir>/public-keys.pem           the public keys of both; for edges
//
// Threads: any; everything blocks on disk.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/signature.h"

namespace glint::image {

// The new key first. Errors: kNotFound (no signing-key.pem), kInvalidArgument, by errno.
Result<std::vector<SigningKey>> loadSigningKeys(const std::string& dir);
// Errors: kConflict (there is a key already), by errno.
Status generateSigningKey(const std::string& dir);
// A new key; the one of now becomes the previous one. Errors: those of loadSigningKeys.
Status rotateSigningKey(const std::string& dir);

// Errors: kNotFound, kInvalidArgument (names the file), by errno.
Result<std::vector<PublicKey>> loadPublicKeys(const std::string& file);

std::string publicKeysFile(const std::string& dir);

}  // namespace glint::image
