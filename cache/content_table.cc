#include "cache/content_table.h"

#include <algorithm>

#include "base/check.h"

namespace glint::cache {
namespace {

// Aliases come from upstreams; a bound keeps one that invents images from filling the memory.
constexpr std::size_t kMaxAliases = 1u << 18;

std::chrono::system_clock::time_point timeOf(std::int64_t us) {
  return std::chrono::system_clock::time_point(std::chrono::microseconds(us));
}

}  // namespace

ContentTable::ContentTable(std::uint64_t capacity_bytes, std::size_t max_open_files)
    : max_open_files_(std::max<std::size_t>(max_open_files, 1)), queue_(capacity_bytes) {}

Entry* ContentTable::find(const image::ContentDigest& digest) {
  const auto found = entries_.find(digest);
  return found == entries_.end() ? nullptr : found->second.get();
}

Entry* ContentTable::find(const ContentName& name) {
  Entry* entry = find(name.digest);
  return entry != nullptr && entry->name.serial == name.serial ? entry : nullptr;
}

Entry& ContentTable::add(ContentName name, std::uint64_t size, std::uint64_t earlier_hits) {
  auto entry = std::make_unique<Entry>();
  entry->name = std::move(name);
  entry->size = size;
  entry->hits = earlier_hits;
  entry->recency = recency_.end();
  const auto [place, added] = entries_.emplace(entry->name.digest, std::move(entry));
  GLINT_CHECK(added, "a digest has one entry");
  return *place->second;
}

void ContentTable::publish(Entry& entry) {
  entry.state = Entry::State::kPublished;
  entry.place = queue_.insert(&entry, image::ContentDigestHash{}(entry.name.digest), entry.size,
                              entry.hits > 1);
}

std::unique_ptr<Entry> ContentTable::extract(const ContentName& name) {
  const auto found = entries_.find(name.digest);
  if (found == entries_.end() || found->second->name.serial != name.serial) return nullptr;
  auto entry = std::move(found->second);
  entries_.erase(found);
  if (entry->findable()) queue_.erase(entry->place);
  if (entry->recency != recency_.end()) recency_.erase(entry->recency);
  if (entry->used_since_flush) std::erase(used_, entry.get());
  return entry;
}

void ContentTable::use(Entry& entry, std::int64_t now_us) {
  ++entry.hits;
  entry.last_used_us = now_us;
  EvictionQueue::use(entry.place);
  if (!entry.used_since_flush) {
    entry.used_since_flush = true;
    used_.push_back(&entry);
  }
  if (entry.recency != recency_.end()) recency_.splice(recency_.begin(), recency_, entry.recency);
}

std::shared_ptr<StoredContent> ContentTable::keepOpen(Entry& entry,
                                                      std::shared_ptr<StoredContent> content) {
  entry.handle = content;
  entry.open = std::move(content);
  if (entry.recency == recency_.end()) {
    recency_.push_front(&entry);
    entry.recency = recency_.begin();
  }
  if (recency_.size() <= max_open_files_) return nullptr;
  Entry& oldest = *recency_.back();
  recency_.pop_back();
  oldest.recency = recency_.end();
  return std::exchange(oldest.open, nullptr);
}

std::uint64_t ContentTable::evictableBytes() const {
  std::uint64_t bytes = 0;
  for (const auto& [digest, entry] : entries_) {
    if (entry->findable() && !entry->held()) bytes += entry->size;
  }
  return bytes;
}

std::vector<std::unique_ptr<Entry>> ContentTable::evict(std::uint64_t bytes) {
  std::vector<std::unique_ptr<Entry>> leaving;
  if (evictableBytes() < bytes) return leaving;
  const auto may_leave = [](void* owner) { return !static_cast<const Entry*>(owner)->held(); };
  std::uint64_t freed = 0;
  while (freed < bytes) {
    void* owner = queue_.victim(may_leave);
    if (owner == nullptr) break;
    Entry& entry = *static_cast<Entry*>(owner);
    freed += entry.size;
    queue_.remember(entry.place);
    leaving.push_back(extract(ContentName(entry.name)));
  }
  return leaving;
}

bool ContentTable::setAlias(const std::string& image_id, const image::ContentDigest& digest) {
  const auto known = aliases_.find(image_id);
  if (known != aliases_.end() && known->second == digest) return false;
  if (known == aliases_.end() && aliases_.size() >= kMaxAliases) return false;
  aliases_[image_id] = digest;
  changed_aliases_.push_back(image_id);
  return true;
}

std::optional<image::ContentDigest> ContentTable::aliasOf(const std::string& image_id) const {
  const auto known = aliases_.find(image_id);
  if (known == aliases_.end()) return std::nullopt;
  return known->second;
}

std::vector<UseRecord> ContentTable::takeUses() {
  std::vector<UseRecord> uses;
  for (Entry* entry : used_) {
    entry->used_since_flush = false;
    uses.push_back(UseRecord{entry->name.digest, entry->hits, entry->last_used_us});
  }
  used_.clear();
  return uses;
}

std::vector<AliasRecord> ContentTable::takeAliases() {
  std::vector<AliasRecord> changed;
  for (const std::string& id : std::exchange(changed_aliases_, {})) {
    const auto known = aliases_.find(id);
    if (known != aliases_.end()) changed.push_back(AliasRecord{id, known->second});
  }
  return changed;
}

std::vector<ContentInfo> ContentTable::list() const {
  std::unordered_map<image::ContentDigest, std::vector<std::string>, image::ContentDigestHash> ids;
  for (const auto& [image_id, digest] : aliases_) ids[digest].push_back(image_id);
  std::vector<ContentInfo> infos;
  infos.reserve(entries_.size());
  for (const auto& [digest, entry] : entries_) {
    if (!entry->findable()) continue;
    ContentInfo info;
    info.digest = digest;
    info.size = entry->size;
    info.disk_bytes = entry->disk_bytes;
    info.hits = entry->hits;
    info.stored_at = timeOf(entry->stored_at_us);
    info.last_used = timeOf(entry->last_used_us);
    info.durable = entry->state == Entry::State::kDurable;
    if (const auto known = ids.find(digest); known != ids.end()) {
      info.image_ids = std::move(known->second);
      std::sort(info.image_ids.begin(), info.image_ids.end());
    }
    infos.push_back(std::move(info));
  }
  return infos;
}

}  // namespace glint::cache
