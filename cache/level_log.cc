#include "cache/level_log.h"

#include <leveldb/env.h>

namespace glint::cache {
namespace {

class SilentLogger : public leveldb::Logger {
 public:
  void Logv(const char*, std::va_list) override {}
};

}  // namespace

leveldb::Logger* silentLog() {
  static SilentLogger logger;
  return &logger;
}

}  // namespace glint::cache
