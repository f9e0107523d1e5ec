// The store's beginning, its end, and the thread that works in between: reading the index, deleting
// files it does not know, writing counters in batches.
#include <filesystem>
#include <unordered_set>

#include "base/check.h"
#include "base/log.h"
#include "cache/store.h"
#include "cache/store_clock.h"

namespace glint::cache {

Store::Store(Parts parts)
    : options_(std::move(parts.options)),
      lock_(std::move(parts.lock)),
      index_(std::move(parts.index.index)),
      directory_(options_.dir + "/content", options_.disk != nullptr ? *options_.disk : realDisk()),
      ledger_(SpaceLedger::create(options_.capacity_bytes)),
      table_(options_.capacity_bytes, options_.max_open_files),
      corrupt_(parts.corrupt) {
  load(std::move(parts.index.snapshot));
  quarantine_ = std::make_unique<Quarantine>(options_.dir + "/quarantine", *ledger_);
  keeper_ = std::jthread([this](const std::stop_token& stop) { keep(stop); });
}

Store::~Store() {
  GLINT_CHECK(pending_ == 0, "pending contents are gone before the store");
  {
    MutexLock lock(keeper_mu_);
    keeper_.request_stop();
    keeper_wake_.notifyAll();
  }
  keeper_.join();
}

void Store::load(IndexSnapshot snapshot) {
  IndexChanges changes;
  loadContents(snapshot, changes);
  Entries victims;
  {
    MutexLock lock(mu_);
    for (AliasRecord& alias : snapshot.aliases) {
      if (table_.find(alias.digest) != nullptr) {
        table_.loadAlias(std::move(alias));
      } else {
        changes.forgotten_aliases.push_back(std::move(alias.image_id));
      }
    }
    // The capacity may have been lowered.
    const std::uint64_t stored = ledger_->totals().sum();
    if (stored > options_.capacity_bytes) victims = table_.evict(stored - options_.capacity_bytes);
  }
  if (!changes.empty()) applyOrLog(changes, "start");
  evictions_ += victims.size();
  for (const auto& victim : victims) evicted_bytes_ += victim->size;
  if (!victims.empty()) forget(std::move(victims));
}

void Store::loadContents(IndexSnapshot& snapshot, IndexChanges& changes) {
  std::unordered_map<image::ContentDigest, UseRecord, image::ContentDigestHash> uses;
  for (UseRecord& use : snapshot.uses) uses.emplace(use.digest, use);
  // The oldest first: so they are queued, and of two records of one digest the newer one wins.
  std::sort(snapshot.contents.begin(), snapshot.contents.end(),
            [](const auto& a, const auto& b) { return a.name.serial > b.name.serial; });
  std::vector<const ContentRecord*> good;
  std::unordered_set<image::ContentDigest, image::ContentDigestHash> seen;
  for (const ContentRecord& record : snapshot.contents) {
    last_serial_ = std::max(last_serial_.load(), record.name.serial);
    if (record.state == ContentState::kDurable && seen.insert(record.name.digest).second) {
      good.push_back(&record);
      continue;
    }
    directory_.remove(record.name);
    changes.forgotten.push_back(record.name);
  }
  start_serial_ = last_serial_ = std::max(last_serial_.load(), static_cast<std::uint64_t>(nowUs()));
  MutexLock lock(mu_);
  for (auto next = good.rbegin(); next != good.rend(); ++next) {
    const ContentRecord& record = **next;
    const auto use = uses.find(record.name.digest);
    const bool used = use != uses.end();
    Entry& entry = table_.add(record.name, record.size, used ? use->second.hits : 0);
    entry.grant = ledger_->admit(SpaceUse::kStored, record.size);
    entry.disk_bytes = record.disk_bytes;
    entry.stored_at_us = record.stored_at_us;
    entry.last_used_us = used ? use->second.last_used_us : record.stored_at_us;
    table_.publish(entry);
    entry.state = Entry::State::kDurable;
    start_contents_.insert(record.name.serial);
  }
}

void Store::keep(const std::stop_token& stop) {
  sweep(stop);
  // At least once: a store that is closed while it still sweeps keeps its counters and aliases.
  do {
    const auto next = std::chrono::steady_clock::now() + options_.flush_interval;
    {
      MutexLock lock(keeper_mu_);
      while (!stop.stop_requested() && keeper_wake_.waitUntil(keeper_mu_, next)) {
      }
    }
    reap();
    flush();
  } while (!stop.stop_requested());
}

// Deletes content files that no record named at the start: left by a power cut, or by an index that
// was lost. Files made since then carry a later serial; what happens to a known one is the business
// of whoever removes it.
void Store::sweep(const std::stop_token& stop) {
  std::uint64_t removed = 0;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator file(directory_.root(), error), end;
       !error && file != end && !stop.stop_requested(); file.increment(error)) {
    std::error_code ignored;
    if (!file->is_regular_file(ignored) && !file->is_symlink(ignored)) continue;
    const auto name = parseFileName(file->path().filename().string());
    if (name && (name->serial > start_serial_ || start_contents_.contains(name->serial))) continue;
    if (std::filesystem::remove(file->path(), ignored)) ++removed;
  }
  start_contents_ = {};
  if (removed > 0) log::warn("cache_stray_files_removed", {{"files", removed}});
}

void Store::flush() {
  IndexChanges changes;
  {
    MutexLock lock(mu_);
    changes.uses = table_.takeUses();
    changes.aliases = table_.takeAliases();
  }
  if (!changes.empty()) applyOrLog(changes, "flush");
}

}  // namespace glint::cache
