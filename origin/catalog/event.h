// What happened to images, in the order in which it became visible: the change feed's entries.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "image/record.h"

namespace glint::origin {

// Stored by name, see toString(); never rename.
enum class EventKind : std::uint8_t {
  kCreated,
  kActivated,  // its bytes are complete, or it was reactivated
  kChanged,    // anything else of the record, visibility among it
  kDeactivated,
  kDeleted,
  kMemberAdded,
  kMemberChanged,
  kMemberRemoved,
};
const char* toString(EventKind kind);
std::optional<EventKind> parseEventKind(std::string_view text);

// What a saved change is called.
EventKind kindOfChange(image::ImageStatus before, image::ImageStatus after);

struct Event {
  std::uint64_t sequence = 0;
  EventKind kind = EventKind::kChanged;
  image::ImageId image{};
  std::optional<std::string> member{};  // the project, of member changes
  image::Time at{};
};

struct EventPage {
  std::vector<Event> events;
  // Where to go on: the sequence of the last event given, or of the newest when none was.
  std::uint64_t next = 0;
  // What happened after the sequence asked for is not known any more (it is older than what is
  // kept), or that sequence never was (the database was restored): whatever rests on earlier
  // events is worth nothing.
  bool reset = false;
};

}  // namespace glint::origin
