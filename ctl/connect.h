// The programs that the command line names, as Remotes.
#pragma once

#include "base/result.h"
#include "ctl/command_line.h"
#include "ctl/remote.h"

namespace glint::ctl {

Remote originOf(const CommonFlags& common);
// The same, asked as a user of the Images API: the token is in the file, else in OS_TOKEN, else the
// one that an origin with static identity made for itself. Errors: those of readTokenFile().
Result<Remote> imagesApiOf(const CommonFlags& common, const std::string& token_file);

// `Secret::kNo`: nothing that the edge would have to be trusted with is sent.
enum class Secret : std::uint8_t { kNo, kYes };
// The secret is looked for in the file that was named, the environment, the cache directory; none
// is no error yet: the edge may not ask for it. Errors: those of readTokenFile().
Result<Remote> edgeOf(const CommonFlags& common, Secret secret);

// A token out of a file: one word. Errors: by errno; kInvalidArgument (not one word).
Result<std::string> readTokenFile(const std::string& path);

}  // namespace glint::ctl
