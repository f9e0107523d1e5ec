// The change feed of glint-origin (docs/change-feed.md).

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "http/json.h"
#include "proxy/change_source.h"

namespace glint::proxy {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr std::uint64_t kAnswerLimitBytes = 16u << 20;
constexpr auto kPatience = 5s;  // beyond the wait that was asked for

constexpr std::array kKinds = {
    std::pair{"activated", ChangeKind::kActivated},
    std::pair{"deactivated", ChangeKind::kDeactivated},
    std::pair{"deleted", ChangeKind::kDeleted},
    std::pair{"member_added", ChangeKind::kMembers},
    std::pair{"member_changed", ChangeKind::kMembers},
    std::pair{"member_removed", ChangeKind::kMembers},
};

// A kind of a later release is at least a change.
ChangeKind kindOf(std::string_view name) {
  const auto* found =
      std::ranges::find_if(kKinds, [name](const auto& kind) { return kind.first == name; });
  return found == kKinds.end() ? ChangeKind::kChanged : found->second;
}

struct Page {
  Changes changes;
  std::uint64_t next = 0;
};

Result<Page> parsePage(const std::string& body) {
  const auto bad = [] {
    return fail(ErrorCode::kUpstream, "the answer of /glint/v1/events is not one");
  };
  const auto document = http::parseJson(body, {.max_bytes = kAnswerLimitBytes});
  if (!document || !document->is_object()) return bad();
  const auto next = document->find("next");
  const auto events = document->find("events");
  const auto reset = document->find("reset");
  if (next == document->end() || !next->is_number_unsigned() || events == document->end() ||
      !events->is_array() || reset == document->end() || !reset->is_boolean())
    return bad();
  Page page;
  page.next = next->get<std::uint64_t>();
  page.changes.everything = reset->get<bool>();
  for (const json& event : *events) {
    const auto kind = event.is_object() ? event.find("kind") : event.end();
    const auto image = event.is_object() ? event.find("image_id") : event.end();
    if (kind == event.end() || !kind->is_string() || image == event.end() || !image->is_string())
      return bad();
    page.changes.images.push_back(
        {kindOf(kind->get_ref<const std::string&>()), {image->get<std::string>()}});
  }
  return page;
}

class EventSource final : public ChangeSource {
 public:
  explicit EventSource(std::chrono::seconds wait) : wait_(wait) {}
  const char* name() const override { return "events"; }

  Result<Changes> next(SourceSession& session) override {
    std::string target = "/glint/v1/events";
    if (position_) {
      target += "?after=" + std::to_string(*position_) +
                "&wait=" + std::to_string(first_ ? 0 : wait_.count());
    }
    const auto answer = session.get(target, wait_ + kPatience);
    if (!answer) {
      first_ = true;  // after a pause it matters to know soon what was missed
      return tl::unexpected(answer.error());
    }
    if (answer->head.status != 200)
      return fail(ErrorCode::kNotFound, "the upstream has no change feed");
    auto page = parsePage(answer->body);
    if (!page) return tl::unexpected(page.error());
    first_ = !position_;
    position_ = page->next;
    return std::move(page->changes);
  }

 private:
  const std::chrono::seconds wait_;
  std::optional<std::uint64_t> position_;
  bool first_ = true;
};

}  // namespace

std::unique_ptr<ChangeSource> eventSource(std::chrono::seconds wait) {
  return std::make_unique<EventSource>(wait);
}

}  // namespace glint::proxy
