#include "ctl/connect.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>

#include "base/file.h"
#include "base/state_dir.h"
#include "base/strings.h"

namespace glint::ctl {
namespace {

constexpr std::uint64_t kMaxAnswerBytes = 64U << 20;

Fetch fetchOver(const CommonFlags& common) {
  net::ClientOptions options;
  options.connect_timeout = common.timeout;
  options.first_byte_timeout = common.timeout;
  options.ca_file = common.ca_file;
  options.certificate_file = common.certificate_file;
  options.key_file = common.key_file;
  return [options, timeout = common.timeout](net::ClientRequest request) {
    request.total_timeout = timeout;
    return net::fetchBlocking(options, request, kMaxAnswerBytes);
  };
}

Result<std::string> userToken(const std::string& file) {
  if (!file.empty()) return readTokenFile(file);
  if (const char* token = std::getenv("OS_TOKEN");  // NOLINT(concurrency-mt-unsafe): one thread
      token != nullptr)
    return std::string(token);
  auto token = readTokenFile(stateDirectory() + "/" + kAdminTokenFile);
  if (!token && token.error().code == ErrorCode::kNotFound)
    return fail(ErrorCode::kInvalidArgument,
                "a token of the Images API is needed: give --token-file, or set OS_TOKEN");
  return token;
}

Result<std::string> adminToken(const CommonFlags& common) {
  if (!common.admin_token_file.empty()) return readTokenFile(common.admin_token_file);
  if (const char* token =
          std::getenv("GLINT_ADMIN_TOKEN");  // NOLINT(concurrency-mt-unsafe): one thread
      token != nullptr)
    return std::string(token);
  auto token = readTokenFile(common.cache_dir + "/" + kAdminTokenFile);
  if (!token && token.error().code == ErrorCode::kNotFound) return std::string();
  return token;
}

}  // namespace

Result<std::string> readTokenFile(const std::string& path) {
  auto text = readFile(path, 4096);
  if (!text) return failWith("admin token", text.error());
  const std::string_view token = trim(*text);
  const bool one_word =
      !token.empty() && std::ranges::all_of(token, [](char c) { return c > ' ' && c < 0x7F; });
  if (!one_word) return fail(ErrorCode::kInvalidArgument, path + " does not hold a token");
  return std::string(token);
}

Remote originOf(const CommonFlags& common) {
  return {"origin", common.origin_url, "", fetchOver(common)};
}

Result<Remote> imagesApiOf(const CommonFlags& common, const std::string& token_file) {
  auto token = userToken(token_file);
  if (!token) return tl::unexpected(std::move(token.error()));
  return Remote("origin", common.origin_url, "",
                [fetch = fetchOver(common), token = *token](net::ClientRequest request) {
                  request.headers.add("X-Auth-Token", token);
                  return fetch(request);
                });
}

Result<Remote> edgeOf(const CommonFlags& common, Secret secret) {
  std::string token;
  if (secret == Secret::kYes) {
    auto known = adminToken(common);
    if (!known) return tl::unexpected(std::move(known.error()));
    token = std::move(*known);
  }
  return Remote("edge", common.edge_url, std::move(token), fetchOver(common));
}

}  // namespace glint::ctl
