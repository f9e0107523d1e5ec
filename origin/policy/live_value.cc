#include "origin/policy/live_value.h"

#include <sys/stat.h>

namespace glint::origin {

std::string versionOfFiles(const std::vector<std::string>& files) {
  std::string version;
  for (const auto& file : files) {
    struct stat status {};
    version += file;
    if (::stat(file.c_str(), &status) == 0)
      for (const long long part :
           {static_cast<long long>(status.st_ino), static_cast<long long>(status.st_size),
            static_cast<long long>(status.st_mtim.tv_sec),
            static_cast<long long>(status.st_mtim.tv_nsec)})
        version += ":" + std::to_string(part);
    version += "\n";
  }
  return version;
}

}  // namespace glint::origin
