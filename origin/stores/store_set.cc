#include "origin/stores/store_set.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace glint::origin {

StoreSet::StoreSet(std::vector<StoreEntry> entries, std::string_view default_id)
    : entries_(std::move(entries)), default_(find(default_id)) {
  GLINT_CHECK(default_ != nullptr, "the default store is one of the stores");
}

Store* StoreSet::find(std::string_view id) const {
  for (const auto& entry : entries_)
    if (!id.empty() && entry.store->id() == id) return entry.store;
  return nullptr;
}

Store* StoreSet::of(const image::Location& location) const {
  if (const auto named = location.metadata.find("store"); named != location.metadata.end())
    if (Store* store = find(named->second); store != nullptr && store->owns(location.url))
      return store;
  for (const auto& entry : entries_)
    if (entry.store->owns(location.url)) return entry.store;
  return nullptr;
}

void StoreSet::arrange(std::vector<image::Location>& locations) const {
  if (!several()) return;
  for (auto& location : locations)
    if (const Store* store = of(location)) location.metadata["store"] = store->id();
  std::ranges::stable_sort(locations, std::ranges::greater(),
                           [this](const auto& location) { return weightOf(location); });
}

std::int64_t StoreSet::weightOf(const image::Location& location) const {
  const auto named = location.metadata.find("store");
  if (named == location.metadata.end()) return 0;
  const auto entry = std::ranges::find(entries_, named->second,
                                       [](const StoreEntry& known) { return known.store->id(); });
  return entry == entries_.end() ? 0 : entry->weight;
}

}  // namespace glint::origin
