#include "origin/identity/static_identity.h"

#include <sys/stat.h>

#include <cerrno>
#include <optional>
#include <span>
#include <vector>

#include "base/digest.h"
#include "base/file.h"
#include "base/log.h"
#include "base/strings.h"
#include "base/uuid.h"

namespace glint::origin {

namespace {

constexpr std::uint64_t kMaxFileBytes = 16u << 20;
constexpr std::size_t kMinTokenLength = 16;
constexpr std::size_t kMaxTokenLength = 8192;
constexpr std::chrono::seconds kLookInterval{1};

std::string digestOf(std::string_view token) {
  return digestHex("sha256", std::as_bytes(std::span(token)));
}

std::optional<std::string_view> tokenOf(const http::HeaderMap& headers) {
  auto token = headers.get("X-Auth-Token");
  if (!token) token = headers.get("X-Storage-Token");
  if (!token || token->empty() || token->size() > kMaxTokenLength) return std::nullopt;
  return token;
}

std::vector<std::string_view> words(std::string_view line) {
  std::vector<std::string_view> found;
  while (!(line = trim(line)).empty()) {
    const auto end = line.find_first_of(" \t");
    found.push_back(line.substr(0, end));
    line.remove_prefix(found.back().size());
  }
  return found;
}

std::string makeToken() {
  std::string token;
  for (const char c : makeUuid() + makeUuid())
    if (c != '-') token += c;
  return token;
}

auto badLine(const std::string& path, std::size_t line, std::string_view why) {
  return fail(ErrorCode::kInvalidArgument,
              path + ":" + std::to_string(line) + ": " + std::string(why));
}

// A file that others may read is no place for tokens.
Status checkMode(const std::string& path, mode_t mode) {
  if ((mode & (S_IRWXG | S_IRWXO)) == 0) return {};
  return fail(ErrorCode::kForbidden, path + " is accessible to group or others; use chmod 600");
}

Status makeFiles(const StaticIdentityOptions& options) {
  constexpr mode_t kOwnerOnly = 0600;
  const auto token = makeToken();
  if (auto status = ensureDirectory(parentPath(options.tokens_file), 0700); !status) return status;
  if (!options.admin_token_file.empty())
    if (auto status = writeFileAtomic(options.admin_token_file, token + "\n", kOwnerOnly); !status)
      return status;
  return writeFileAtomic(
      options.tokens_file,
      "# token user project roles\n" + token + " admin admin admin,member,reader\n", kOwnerOnly);
}

}  // namespace

Result<StaticIdentity::Tokens> parseTokens(std::string_view text, const std::string& path) {
  StaticIdentity::Tokens tokens;
  std::size_t number = 0;
  for (const auto line : split(text, '\n')) {
    ++number;
    const auto parts = words(line);
    if (parts.empty() || parts.front().starts_with('#')) continue;
    if (parts.size() != 4) return badLine(path, number, "not \"token user project roles\"");
    if (parts[0].size() < kMinTokenLength || parts[0].size() > kMaxTokenLength)
      return badLine(path, number, "a token has 16 to 8192 characters");
    Caller caller;
    caller.user_id = parts[1];
    if (parts[2] != "-") caller.project_id = parts[2];
    for (const auto role : split(parts[3], ','))
      if (!role.empty()) caller.roles.push_back(asciiLower(role));
    if (!tokens.emplace(digestOf(parts[0]), std::move(caller)).second)
      return badLine(path, number, "this token stands on another line, too");
  }
  return tokens;
}

StaticIdentity::StaticIdentity(StaticIdentityOptions options, const Clock& clock)
    : options_(std::move(options)), clock_(clock) {}

Result<std::unique_ptr<StaticIdentity>> StaticIdentity::open(const StaticIdentityOptions& options,
                                                             const Clock& clock) {
  const auto version = versionOf(options.tokens_file);
  if (!version && version.error().code == ErrorCode::kNotFound)
    if (auto status = makeFiles(options); !status)
      return failWith("make the file of tokens", status.error());
  std::unique_ptr<StaticIdentity> identity(new StaticIdentity(options, clock));
  MutexLock lock(identity->mu_);
  if (auto status = identity->load(); !status) return tl::unexpected(std::move(status.error()));
  return identity;
}

Result<StaticIdentity::FileVersion> StaticIdentity::versionOf(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return failErrno("read " + path, errno);
  return FileVersion{status.st_dev, status.st_ino, status.st_size,
                     status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec};
}

Status StaticIdentity::load() {
  const auto& path = options_.tokens_file;
  looked_at_ = clock_.steadyNow();
  auto version = versionOf(path);
  if (!version) return tl::unexpected(std::move(version.error()));
  version_ = *version;  // also of a file that is refused: it is looked at once
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return failErrno("read " + path, errno);
  if (auto mode = checkMode(path, status.st_mode); !mode) return mode;
  auto text = readFile(path, kMaxFileBytes);
  if (!text) return tl::unexpected(std::move(text.error()));
  auto tokens = parseTokens(*text, path);
  if (!tokens) return tl::unexpected(std::move(tokens.error()));
  tokens_ = std::move(*tokens);
  return {};
}

void StaticIdentity::reloadIfChanged() {
  if (clock_.steadyNow() - looked_at_ < kLookInterval) return;
  looked_at_ = clock_.steadyNow();
  const auto version = versionOf(options_.tokens_file);
  if (version && *version == version_) return;
  if (auto status = load(); !status)
    log::warn("tokens_not_reloaded", {{"error", status.error().message}});
  else
    log::info("tokens_reloaded", {{"count", tokens_.size()}});
}

Result<Caller> StaticIdentity::authenticate(const RequestContext&, const http::HeaderMap& headers,
                                            const net::Peer&) {
  const auto token = tokenOf(headers);
  if (!token) return fail(ErrorCode::kForbidden, "no token");
  const auto digest = digestOf(*token);
  MutexLock lock(mu_);
  reloadIfChanged();
  const auto found = tokens_.find(digest);
  if (found == tokens_.end()) return fail(ErrorCode::kForbidden, "unknown token");
  return found->second;
}

bool StaticIdentity::mayBeKnown(const http::HeaderMap& headers) const {
  const auto token = tokenOf(headers);
  if (!token) return false;
  const auto digest = digestOf(*token);
  MutexLock lock(mu_);
  return tokens_.contains(digest);
}

std::string StaticIdentity::challenge() const {
  if (options_.www_authenticate_uri.empty()) return {};
  return "Keystone uri=\"" + options_.www_authenticate_uri + "\"";
}

}  // namespace glint::origin
