// Identity from a file of tokens: for trying Glint out, for tests, for sites without Keystone.
//
// One token per line:
//
//   <token> <user id> <project id or "-"> <role>[,<role>…]
//
// Blank lines and lines that begin with "#" are skipped. Roles are literal: an administrator's line
// reads "admin,member,reader". The file must not be accessible to group or others. It is read again
// when it changes; a file that cannot be read then leaves the old tokens valid and is logged.
// Tokens are kept as SHA-256 digests, so neither memory nor timing of a look-up tells one.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "origin/identity/identity.h"

namespace glint::origin {

struct StaticIdentityOptions {
  std::string tokens_file;
  // Made together with a tokens_file that is missing: a file that holds its one admin token, alone.
  std::string admin_token_file;
  std::string www_authenticate_uri;  // empty: 401 answers carry no WWW-Authenticate
};

class StaticIdentity final : public Identity {
 public:
  // SHA-256 of the token → who it is.
  using Tokens = std::unordered_map<std::string, Caller>;

  // Reads the file, or makes both files (mode 0600) with one random admin token.
  // Errors: kInvalidArgument with file and line; kForbidden (permissions too open); those of I/O.
  static Result<std::unique_ptr<StaticIdentity>> open(const StaticIdentityOptions& options,
                                                      const Clock& clock = Clock::real());

  Result<Caller> authenticate(const RequestContext& context, const http::HeaderMap& headers,
                              const net::Peer& peer) override;
  bool mayBeKnown(const http::HeaderMap& headers) const override;
  std::string challenge() const override;

 private:
  // What tells one version of the file from another.
  struct FileVersion {
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = 0;
    std::int64_t changed_ns = 0;
    bool operator==(const FileVersion&) const = default;
  };

  StaticIdentity(StaticIdentityOptions options, const Clock& clock);
  static Result<FileVersion> versionOf(const std::string& path);
  Status load() REQUIRES(mu_);
  void reloadIfChanged() REQUIRES(mu_);

  const StaticIdentityOptions options_;
  const Clock& clock_;
  mutable Mutex mu_;
  Tokens tokens_ GUARDED_BY(mu_);
  FileVersion version_ GUARDED_BY(mu_);
  std::chrono::steady_clock::time_point looked_at_ GUARDED_BY(mu_);
};

// The tokens of a file's text. Errors: kInvalidArgument with `path` and the line's number.
Result<StaticIdentity::Tokens> parseTokens(std::string_view text, const std::string& path);

}  // namespace glint::origin
