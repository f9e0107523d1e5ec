// Where programs keep what nobody told them to keep elsewhere; glintctl looks there for their token
// files.
#pragma once

#include <string>

namespace glint {

// $XDG_STATE_HOME/glint, else $HOME/.local/state/glint, else /var/lib/glint. Not created.
// Threads: call it before others run (it reads the environment).
std::string stateDirectory();

// The edge's cache when no directory is configured: $XDG_CACHE_HOME/glint-edge, else
// $HOME/.cache/glint-edge, else /var/cache/glint-edge. Threads: as above.
std::string defaultCacheDirectory();

// The file in a program's directory that holds the token for its administration, mode 0600.
inline constexpr const char* kAdminTokenFile = "admin-token";

}  // namespace glint
