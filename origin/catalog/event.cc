#include "origin/catalog/event.h"

#include <array>
#include <string_view>
#include <utility>

namespace glint::origin {
namespace {

constexpr std::array kNames = {
    std::pair{EventKind::kCreated, "created"},
    std::pair{EventKind::kActivated, "activated"},
    std::pair{EventKind::kChanged, "changed"},
    std::pair{EventKind::kDeactivated, "deactivated"},
    std::pair{EventKind::kDeleted, "deleted"},
    std::pair{EventKind::kMemberAdded, "member_added"},
    std::pair{EventKind::kMemberChanged, "member_changed"},
    std::pair{EventKind::kMemberRemoved, "member_removed"},
};

}  // namespace

const char* toString(EventKind kind) {
  for (const auto& [value, name] : kNames)
    if (value == kind) return name;
  return "changed";
}

std::optional<EventKind> parseEventKind(std::string_view text) {
  for (const auto& [value, name] : kNames)
    if (text == name) return value;
  return std::nullopt;
}

EventKind kindOfChange(image::ImageStatus before, image::ImageStatus after) {
  using enum image::ImageStatus;
  if (before != kActive && after == kActive) return EventKind::kActivated;
  if (before != kDeactivated && after == kDeactivated) return EventKind::kDeactivated;
  return EventKind::kChanged;
}

}  // namespace glint::origin
