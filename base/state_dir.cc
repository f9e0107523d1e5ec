#include "base/state_dir.h"

#include <cstdlib>

namespace glint {
namespace {

// XDG Base Directory Specification: relative paths are invalid and count as absent.
std::string absolutePathFrom(const char* variable) {
  const char* value = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe): before any thread
  return value != nullptr && *value == '/' ? value : "";
}

}  // namespace

std::string stateDirectory() {
  if (const std::string state = absolutePathFrom("XDG_STATE_HOME"); !state.empty())
    return state + "/glint";
  if (const std::string home = absolutePathFrom("HOME"); !home.empty())
    return home + "/.local/state/glint";
  return "/var/lib/glint";
}

std::string defaultCacheDirectory() {
  if (const std::string cache = absolutePathFrom("XDG_CACHE_HOME"); !cache.empty())
    return cache + "/glint-edge";
  if (const std::string home = absolutePathFrom("HOME"); !home.empty())
    return home + "/.cache/glint-edge";
  return "/var/cache/glint-edge";
}

}  // namespace glint
