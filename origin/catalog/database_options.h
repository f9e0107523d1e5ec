// [database] of the configuration.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace glint::origin {

struct DatabaseOptions {
  std::string connection;       // URL
  std::size_t connections = 5;  // kept open; at least 2
  bool durable = true;          // SQLite: a commit is on disk before it is answered
  std::size_t max_overflow = 50;
  std::chrono::seconds connection_recycle_time{3600};  // negative: never
  // The first connection, at start.
  int max_retries = 10;  // negative: for ever
  std::chrono::seconds retry_interval{10};
};

}  // namespace glint::origin
