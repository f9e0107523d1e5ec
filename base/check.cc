#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace glint {

void checkFailed(const char* condition, const char* what, const char* file, int line) {
  std::fprintf(stderr, "level=error event=check_failed condition=\"%s\" what=\"%s\" at=%s:%d\n",
               condition, what, file, line);
  std::abort();
}

}  // namespace glint
