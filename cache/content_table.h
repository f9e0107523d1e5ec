// What the store holds, in memory: contents by digest, aliases, the open files and the eviction
// order. No disk, no locks: the store's mutex guards the whole.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "cache/eviction.h"
#include "cache/index_record.h"
#include "cache/space_ledger.h"
#include "cache/stored_content.h"

namespace glint::cache {

struct Entry {
  enum class State : std::uint8_t { kFilling, kPublished, kDurable };

  ContentName name;
  std::uint64_t size = 0;
  State state = State::kFilling;
  SpaceGrant grant;
  std::uint64_t disk_bytes = 0;
  std::uint64_t hits = 0;
  std::int64_t stored_at_us = 0;
  std::int64_t last_used_us = 0;

  std::shared_ptr<StoredContent> open;  // kept open by the table
  std::weak_ptr<StoredContent> handle;  // open, by whomever

  // The table's own.
  bool used_since_flush = false;
  EvictionQueue::Place place;
  std::list<Entry*>::iterator recency;

  bool findable() const { return state != State::kFilling; }
  // Somebody beside the table holds the file. Decided under the store's mutex, where alone new
  // holders appear; holders may go at any time.
  bool held() const { return handle.use_count() > (open ? 1 : 0); }
};

class ContentTable {
 public:
  ContentTable(std::uint64_t capacity_bytes, std::size_t max_open_files);

  Entry* find(const image::ContentDigest& digest);
  Entry* find(const ContentName& name);  // nullptr also for another serial

  // The digest must be new. The entry is not findable before publish().
  Entry& add(ContentName name, std::uint64_t size, std::uint64_t earlier_hits = 0);
  void publish(Entry& entry);
  // The entry leaves; nullptr when it is not there.
  std::unique_ptr<Entry> extract(const ContentName& name);

  // Counts a use. Hot path: moves one list node.
  void use(Entry& entry, std::int64_t now_us);
  // Keeps the file open; the returned one has been open unused the longest and is to be dropped
  // outside the lock.
  std::shared_ptr<StoredContent> keepOpen(Entry& entry, std::shared_ptr<StoredContent> content);

  // Extracts what must go to free at least `bytes`; nothing at all when that is not possible.
  std::vector<std::unique_ptr<Entry>> evict(std::uint64_t bytes);

  // False: already so, or too many aliases.
  bool setAlias(const std::string& image_id, const image::ContentDigest& digest);
  std::optional<image::ContentDigest> aliasOf(const std::string& image_id) const;
  void loadAlias(AliasRecord record) { aliases_[std::move(record.image_id)] = record.digest; }

  // What changed since the last call and belongs in the index.
  std::vector<UseRecord> takeUses();
  std::vector<AliasRecord> takeAliases();

  std::vector<ContentInfo> list() const;
  std::size_t findableCount() const { return queue_.count(); }

 private:
  std::uint64_t evictableBytes() const;

  const std::size_t max_open_files_;
  std::unordered_map<image::ContentDigest, std::unique_ptr<Entry>, image::ContentDigestHash>
      entries_;
  EvictionQueue queue_;
  std::list<Entry*> recency_;  // entries with `open` set, the latest used first
  std::vector<Entry*> used_;   // used_since_flush
  std::unordered_map<std::string, image::ContentDigest> aliases_;
  std::vector<std::string> changed_aliases_;
};

}  // namespace glint::cache
