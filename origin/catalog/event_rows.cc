#include "origin/catalog/event_rows.h"

#include "origin/catalog/image_rows.h"

namespace glint::origin {
namespace {

Result<std::uint64_t> readCounter(Connection& connection) {
  auto rows = connection.query("SELECT newest FROM image_event_counter WHERE id = 1", {}, "i");
  if (!rows) return failWith("read the event counter", rows.error());
  if (rows->empty()) return fail(ErrorCode::kCorrupt, "catalog: the event counter is missing");
  return static_cast<std::uint64_t>(integerOf(rows->front()[0]));
}

Status prune(Connection& connection, std::uint64_t newest) {
  if (newest % kEventPruneStep != 0 || newest <= kEventsKept) return {};
  auto done = connection.execute("DELETE FROM image_events WHERE sequence <= :v0",
                                 {static_cast<long long>(newest - kEventsKept)});
  if (!done) return failWith("forget old events", done.error());
  return {};
}

Result<Event> eventOf(const Row& row) {
  const auto kind = parseEventKind(textOf(row[1]));
  if (!kind) return fail(ErrorCode::kCorrupt, "catalog: event of kind '" + textOf(row[1]) + "'");
  return Event{.sequence = static_cast<std::uint64_t>(integerOf(row[0])),
               .kind = *kind,
               .image = {textOf(row[2])},
               .member = optionalText(row[3]),
               .at = fromMicros(integerOf(row[4]))};
}

// The oldest event kept; the sequence after the newest when there is none.
Result<std::uint64_t> readOldest(Connection& connection, std::uint64_t newest) {
  auto rows = connection.query("SELECT min(sequence) FROM image_events", {}, "i");
  if (!rows) return failWith("read the oldest event", rows.error());
  const auto oldest = static_cast<std::uint64_t>(integerOf(rows->front()[0]));
  return oldest == 0 ? newest + 1 : oldest;
}

}  // namespace

Status appendEvent(Connection& connection, const Event& event) {
  auto counted =
      connection.execute("UPDATE image_event_counter SET newest = newest + 1 WHERE id = 1", {});
  if (!counted) return failWith("count an event", counted.error());
  const auto sequence = readCounter(connection);
  if (!sequence) return tl::unexpected(sequence.error());
  auto written = connection.execute(
      "INSERT INTO image_events (sequence, kind, image_id, member, happened_at) "
      "VALUES (:v0, :v1, :v2, :v3, :v4)",
      {static_cast<long long>(*sequence), toString(event.kind), event.image.value,
       nullable(event.member), toMicros(event.at)});
  if (!written) return failWith("write an event", written.error());
  return prune(connection, *sequence);
}

Result<EventPage> loadEvents(Connection& connection, std::optional<std::uint64_t> after,
                             std::size_t limit) {
  const auto newest = readCounter(connection);
  if (!newest) return tl::unexpected(newest.error());
  EventPage page{.events = {}, .next = *newest};
  if (!after || *after == *newest) return page;
  const auto oldest = readOldest(connection, *newest);
  if (!oldest) return tl::unexpected(oldest.error());
  if (*after > *newest || *after + 1 < *oldest) {
    page.reset = true;
    return page;
  }
  auto rows = connection.query(
      "SELECT sequence, kind, image_id, member, happened_at FROM image_events "
      "WHERE sequence > :v0 ORDER BY sequence LIMIT :v1",
      {static_cast<long long>(*after), static_cast<long long>(limit)}, "ittti");
  if (!rows) return failWith("read events", rows.error());
  page.events.reserve(rows->size());
  for (const Row& row : *rows) {
    auto event = eventOf(row);
    if (!event) return tl::unexpected(event.error());
    page.events.push_back(std::move(*event));
  }
  if (!page.events.empty()) page.next = page.events.back().sequence;
  return page;
}

}  // namespace glint::origin
