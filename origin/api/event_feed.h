// GET /glint/v1/events: the change feed for edges (docs/change-feed.md), a long poll.
//
// A request whose answer is not there yet is no burden: its response has begun, its body waits, and
// one thread asks the catalog for all who wait. Changes that other origins make are found the same
// way.
//
// Threads: answer() and waiting() on any worker, close() on one thread, never a loop. Lifetime: it
// outlives the workers that use it, and is closed before the loops of those who wait end.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include "origin/api/request.h"

namespace glint::origin {

struct EventFeedOptions {
  std::chrono::milliseconds look_interval{200};  // between looks while somebody waits
  std::size_t max_waiting = 4096;                // more are told to come again
};

class EventFeed {
 public:
  static std::unique_ptr<EventFeed> create(Catalog& catalog, EventFeedOptions options = {});
  virtual ~EventFeed() = default;

  // ?after=SEQ&wait=SECONDS&limit=N; the rule is get_events. A caller that the rule stops being
  // true for while it waits still gets this one answer.
  virtual ApiResult<http::Response> answer(ApiRequest& request) = 0;

  // Answers everybody who waits; from now on nobody does. For the shutdown.
  virtual void close() = 0;

  virtual std::size_t waiting() const = 0;
};

}  // namespace glint::origin
