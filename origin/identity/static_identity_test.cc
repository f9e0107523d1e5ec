#include "origin/identity/static_identity.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include <catch2/catch.hpp>

#include "base/file.h"
#include "base/strings.h"

namespace glint::origin {

namespace {

class TokenDir {
 public:
  TokenDir() {
    std::string pattern = (std::filesystem::temp_directory_path() / "glint-tokens-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  TokenDir(const TokenDir&) = delete;
  TokenDir& operator=(const TokenDir&) = delete;
  ~TokenDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  StaticIdentityOptions options() const { return {path_ + "/tokens", path_ + "/admin-token", {}}; }
  void write(const std::string& text, mode_t mode = 0600) const {
    REQUIRE(writeFileAtomic(path_ + "/tokens", text, mode));
    REQUIRE(::chmod((path_ + "/tokens").c_str(), mode) == 0);
  }

 private:
  std::string path_;
};

http::HeaderMap withToken(const std::string& token, const char* name = "X-Auth-Token") {
  http::HeaderMap headers;
  headers.add(name, token);
  return headers;
}

constexpr const char* kAlice = "alice-token-0123456789";
constexpr const char* kBob = "bob-token-0123456789ab";

}  // namespace

TEST_CASE("Static identity: the first start makes an admin token for the owner alone",
          "[identity]") {
  const TokenDir dir;
  const auto options = dir.options();
  const auto identity = StaticIdentity::open(options);
  REQUIRE(identity);
  for (const auto& path : {options.tokens_file, options.admin_token_file}) {
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
  }
  const auto token = readFile(options.admin_token_file, 1000);
  REQUIRE(token);
  const auto caller = (*identity)->authenticate({}, withToken(std::string(trim(*token))), {});
  REQUIRE(caller);
  CHECK(caller->hasRole("admin"));
  CHECK(caller->hasRole("member"));
  CHECK(trim(*token).size() == 64);

  const auto again = StaticIdentity::open(options);
  REQUIRE(again);
  CHECK((*again)->authenticate({}, withToken(std::string(trim(*token))), {}));
}

TEST_CASE("Static identity: tokens are looked up whole, in either header", "[identity]") {
  const TokenDir dir;
  dir.write(std::string("# people\n\n") + kAlice + "\tu1 p1  Member,reader\n" + kBob +
            " u2 - admin\n");
  const auto identity = StaticIdentity::open(dir.options());
  REQUIRE(identity);
  const auto alice = (*identity)->authenticate({}, withToken(kAlice), {});
  REQUIRE(alice);
  CHECK(alice->user_id == "u1");
  CHECK(alice->project_id == "p1");
  CHECK(alice->roles == std::vector<std::string>{"member", "reader"});
  CHECK_FALSE(alice->is_admin);
  const auto bob = (*identity)->authenticate({}, withToken(kBob, "x-storage-token"), {});
  REQUIRE(bob);
  CHECK(bob->project_id.empty());

  for (const std::string wrong : {"", "alice", "alice-token-012345678", "ALICE-TOKEN-0123456789"}) {
    CAPTURE(wrong);
    const auto nobody = (*identity)->authenticate({}, withToken(wrong), {});
    REQUIRE_FALSE(nobody);
    CHECK(nobody.error().code == ErrorCode::kForbidden);
    CHECK_FALSE((*identity)->mayBeKnown(withToken(wrong)));
  }
  CHECK_FALSE((*identity)->authenticate({}, {}, {}));
  CHECK((*identity)->mayBeKnown(withToken(kAlice)));
  // Identity headers of the client are not believed.
  http::HeaderMap forged;
  forged.add("X-Identity-Status", "Confirmed");
  forged.add("X-Roles", "admin");
  CHECK_FALSE((*identity)->authenticate({}, forged, {}));
}

TEST_CASE("Static identity: a file with a wrong line names it", "[identity]") {
  const auto row = GENERATE(values<std::string>({
      "alice-token-0123456789 u1 p1\n",
      "alice-token-0123456789 u1 p1 member reader\n",
      "short u1 p1 member\n",
      "alice-token-0123456789 u1 p1 member\nalice-token-0123456789 u2 p1 member\n",
  }));
  const auto tokens = parseTokens("# first\n" + row, "/etc/tokens");
  REQUIRE_FALSE(tokens);
  CHECK(tokens.error().code == ErrorCode::kInvalidArgument);
  const auto last_line = std::to_string(1 + std::count(row.begin(), row.end(), '\n'));
  CHECK(tokens.error().message.starts_with("/etc/tokens:" + last_line + ": "));
  CHECK(tokens.error().message.find("alice-token") == std::string::npos);
}

TEST_CASE("Static identity: a file that others may read is refused", "[identity]") {
  const TokenDir dir;
  dir.write(std::string(kAlice) + " u1 p1 member\n", 0640);
  const auto identity = StaticIdentity::open(dir.options());
  REQUIRE_FALSE(identity);
  CHECK(identity.error().code == ErrorCode::kForbidden);
}

TEST_CASE("Static identity: a changed file is read again, a broken one is not taken",
          "[identity]") {
  const TokenDir dir;
  ManualClock clock;
  dir.write(std::string(kAlice) + " u1 p1 member\n");
  const auto identity = StaticIdentity::open(dir.options(), clock);
  REQUIRE(identity);

  dir.write(std::string(kBob) + " u2 p2 member\n");
  CHECK((*identity)->authenticate({}, withToken(kAlice), {}));  // not looked at yet
  clock.advance(std::chrono::seconds(2));
  CHECK_FALSE((*identity)->authenticate({}, withToken(kAlice), {}));
  CHECK((*identity)->authenticate({}, withToken(kBob), {}));

  dir.write("nonsense\n");
  clock.advance(std::chrono::seconds(2));
  CHECK((*identity)->authenticate({}, withToken(kBob), {}));
}

TEST_CASE("Static identity: the challenge is there when configured", "[identity]") {
  const TokenDir dir;
  auto options = dir.options();
  CHECK((*StaticIdentity::open(options))->challenge().empty());
  options.www_authenticate_uri = "http://keystone/v3";
  CHECK((*StaticIdentity::open(options))->challenge() == "Keystone uri=\"http://keystone/v3\"");
}

}  // namespace glint::origin
