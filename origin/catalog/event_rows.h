// Rows of the change feed. Private to catalog/.
//
// Sequences come from a counter that is a row of its own, counted up inside the transaction of the
// change: whoever writes next waits for that transaction, so sequences have no gaps and become
// visible in their order, whatever the number of origins. A reader that has seen n has seen
// everything up to n.
//
// Threads and errors: those of the connection.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "origin/catalog/event.h"
#include "origin/catalog/sql_connection.h"

namespace glint::origin {

// So many events are kept at least, and at most kEventPruneStep more.
inline constexpr std::uint64_t kEventsKept = 100'000;
inline constexpr std::uint64_t kEventPruneStep = 1'000;

// Appends to the feed, as the last thing before the commit of a write transaction: the counter is
// locked until then. `event.sequence` is chosen here.
Status appendEvent(Connection& connection, const Event& event);

// Events after `after`, the oldest first, at most `limit`; without `after` only where the feed is.
// In a read transaction.
Result<EventPage> loadEvents(Connection& connection, std::optional<std::uint64_t> after,
                             std::size_t limit);

}  // namespace glint::origin
