// What every program has: build, process, queues, bugs.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "metrics/registry.h"

namespace glint::metrics {

// Threads: any.
class ProgramMetrics {
 public:
  ProgramMetrics(Registry& registry, const std::string& program);

  void unexpectedException() { unexpected_exceptions_.increment(); }
  // `pool`: "api" or "disk"; `depth` is read at each scrape.
  void watchQueue(const char* pool, std::function<std::size_t()> depth);

 private:
  Registry& registry_;
  Counter unexpected_exceptions_;
};

}  // namespace glint::metrics
