#include "cache/store.h"

#include <algorithm>

#include "base/check.h"
#include "base/log.h"
#include "cache/pending_content.h"
#include "cache/store_clock.h"

namespace glint::cache {

ContentPtr Store::find(const image::ContentDigest& digest) {
  const std::int64_t now = coarseNowUs();
  for (;;) {
    std::shared_ptr<StoredContent> dropped;  // closed after the lock is gone
    ContentName name;
    std::uint64_t size = 0;
    {
      MutexLock lock(mu_);
      Entry* entry = table_.find(digest);
      if (entry == nullptr || !entry->findable()) return nullptr;
      if (entry->open || !entry->handle.expired()) {
        if (auto content = entry->open ? entry->open : entry->handle.lock()) {
          table_.use(*entry, now);
          if (!entry->open) dropped = table_.keepOpen(*entry, content);
          return content;
        }
      }
      name = entry->name;
      size = entry->size;
    }
    auto content = openFile(name, size);
    MutexLock lock(mu_);
    Entry* entry = table_.find(name);
    if (entry == nullptr || !entry->handle.expired()) continue;  // changed meanwhile: look again
    if (!content) return nullptr;
    table_.use(*entry, now);
    dropped = table_.keepOpen(*entry, content);
    return content;
  }
}

std::shared_ptr<StoredContent> Store::openFile(const ContentName& name, std::uint64_t size) {
  auto file = directory_.open(name, size);
  if (file) return std::make_shared<StoredContent>(name, size, std::move(*file));
  if (file.error().code == ErrorCode::kCorrupt) {
    condemnFile(name, file.error().message);
  } else {
    log::warn("cache_open_failed",
              {{"content", digestName(name.digest)}, {"error", file.error().message}});
  }
  return nullptr;
}

Result<std::unique_ptr<PendingContent>> Store::begin(const image::ContentDigest& digest,
                                                     std::uint64_t size) {
  if (!isNameable(digest)) {
    return fail(ErrorCode::kInvalidArgument, "store content: the digest cannot name a file");
  }
  const ContentName name = newName(digest);
  {
    MutexLock lock(mu_);
    if (table_.find(digest) != nullptr) {
      return fail(ErrorCode::kConflict, "store content " + digest.text() + ": it is here already");
    }
    table_.add(name, size);
  }
  auto grant = makeRoom(size);
  auto content = grant ? createFile(name, size) : tl::unexpected(grant.error());
  if (!content) {
    extract(name);
    return tl::unexpected(content.error());
  }
  ++pending_;
  auto pending = std::make_unique<PendingFile>(*this, *content, std::move(*grant));
  {
    MutexLock lock(mu_);
    if (Entry* entry = table_.find(name)) {
      entry->handle = *content;
      return pending;
    }
  }
  return fail(ErrorCode::kConflict, "store content " + digest.text() + ": removed meanwhile");
}

ContentName Store::newName(const image::ContentDigest& digest) {
  const auto now = static_cast<std::uint64_t>(nowUs());
  std::uint64_t last = last_serial_.load();
  while (!last_serial_.compare_exchange_weak(last, std::max(now, last + 1))) {
  }
  return {digest, std::max(now, last + 1)};
}

Result<std::shared_ptr<StoredContent>> Store::createFile(const ContentName& name,
                                                         std::uint64_t size) {
  IndexChanges marker;
  marker.contents.push_back(ContentRecord{name, ContentState::kFilling, size, 0, nowUs()});
  if (auto marked = index_->apply(marker, Sync::kNo); !marked) {
    return failWith("store content " + name.digest.text(), marked.error());
  }
  auto file = directory_.create(name, size);
  if (file) return std::make_shared<StoredContent>(name, size, std::move(*file));
  IndexChanges unmarker;
  unmarker.forgotten.push_back(name);
  applyOrLog(unmarker, "create failed");
  return failWith("store content " + name.digest.text(), file.error());
}

// Bytes that must be freed before `size` fits; 0: `grant` has them.
std::uint64_t Store::shortage(std::uint64_t size, std::optional<SpaceGrant>& grant) {
  grant = ledger_->reserve(size);
  const SpaceTotals totals = ledger_->totals();
  if (!grant)
    return std::max<std::uint64_t>(totals.sum() + size, ledger_->capacityBytes() + 1) -
           ledger_->capacityBytes();
  const std::int64_t free = directory_.disk().freeBytes(options_.dir);
  const std::uint64_t available = free < 0 ? 0 : static_cast<std::uint64_t>(free);
  const std::uint64_t needed = options_.keep_free_bytes + totals.unwritten;
  if (needed <= available) return 0;
  grant.reset();
  return needed - available;
}

Result<SpaceGrant> Store::makeRoom(std::uint64_t size) {
  if (size > ledger_->capacityBytes()) {
    return fail(ErrorCode::kNoSpace, "make room for " + std::to_string(size) +
                                         " bytes: the cache holds at most " +
                                         std::to_string(ledger_->capacityBytes()));
  }
  for (;;) {
    std::optional<SpaceGrant> grant;
    const std::uint64_t missing = shortage(size, grant);
    if (missing == 0) return std::move(*grant);
    if (reap() || quarantine_->dropOldest()) continue;
    Entries victims;
    {
      MutexLock lock(mu_);
      victims = table_.evict(missing);
    }
    if (victims.empty()) {
      return fail(ErrorCode::kNoSpace, "make room for " + std::to_string(size) +
                                           " bytes: " + std::to_string(missing) +
                                           " are missing beside what is in use");
    }
    for (const auto& victim : victims) {
      ++evictions_;
      evicted_bytes_ += victim->size;
      log::info("cache_evict", {{"content", digestName(victim->name.digest)},
                                {"bytes", victim->size},
                                {"hits", victim->hits}});
    }
    forget(std::move(victims));
  }
}

Result<ContentPtr> Store::publish(const std::shared_ptr<StoredContent>& content,
                                  SpaceGrant& grant) {
  const std::uint64_t disk_bytes = diskBytes(content->fd());
  std::shared_ptr<StoredContent> dropped;
  MutexLock lock(mu_);
  Entry* entry = table_.find(content->name());
  if (entry == nullptr) {
    return fail(ErrorCode::kConflict,
                "publish content " + content->digest().text() + ": removed meanwhile");
  }
  grant.become(SpaceUse::kStored);
  entry->grant = std::move(grant);
  entry->disk_bytes = disk_bytes;
  entry->stored_at_us = entry->last_used_us = nowUs();
  table_.publish(*entry);
  dropped = table_.keepOpen(*entry, content);
  return content;
}

Status Store::makeDurable(const StoredContent& content) {
  const ContentName& name = content.name();
  if (auto synced = directory_.sync(content.fd(), name); !synced) {
    // The kernel may have dropped what it could not write: these bytes are no longer trusted.
    if (auto entry = extract(name)) {
      Entries entries;
      entries.push_back(std::move(entry));
      forget(std::move(entries));
    }
    return failWith("make content durable", synced.error());
  }
  IndexChanges changes;
  {
    MutexLock lock(mu_);
    Entry* entry = table_.find(name);
    if (entry == nullptr) {
      return fail(ErrorCode::kConflict, "make content durable: removed meanwhile");
    }
    entry->disk_bytes = diskBytes(content.fd());
    changes.contents.push_back(ContentRecord{name, ContentState::kDurable, entry->size,
                                             entry->disk_bytes, entry->stored_at_us});
    changes.aliases = table_.takeAliases();
  }
  if (auto written = index_->apply(changes, Sync::kYes); !written) return written;
  {
    MutexLock lock(mu_);
    if (Entry* entry = table_.find(name)) {
      entry->state = Entry::State::kDurable;
      return {};
    }
  }
  // Removed while the record was being written: the record goes after it.
  IndexChanges undo;
  undo.forgotten.push_back(name);
  applyOrLog(undo, "removed while made durable");
  return fail(ErrorCode::kConflict, "make content durable: removed meanwhile");
}

void Store::abandon(std::shared_ptr<StoredContent> content, SpaceGrant grant) {
  const ContentName name = content->name();
  bool published = false;
  std::unique_ptr<Entry> entry;
  {
    MutexLock lock(mu_);
    const Entry* known = table_.find(name);
    published = known != nullptr && known->findable();
    if (known != nullptr && !published) entry = table_.extract(name);
  }
  if (!published) {
    IndexChanges changes;
    changes.forgotten.push_back(name);
    applyOrLog(changes, "abandoned");
    directory_.remove(name);
    release(std::move(content), std::move(grant));
  }
  --pending_;
}

bool Store::remove(const image::ContentDigest& digest) {
  Entries entries;
  {
    MutexLock lock(mu_);
    const Entry* entry = table_.find(digest);
    if (entry == nullptr) return false;
    entries.push_back(table_.extract(ContentName(entry->name)));
  }
  forget(std::move(entries));
  return true;
}

void Store::condemn(const image::ContentDigest& digest, const std::string& why) {
  ContentName name;
  {
    MutexLock lock(mu_);
    const Entry* entry = table_.find(digest);
    if (entry == nullptr) return;
    name = entry->name;
  }
  condemnFile(name, why);
}

void Store::condemnFile(const ContentName& name, const std::string& why) {
  auto entry = extract(name);
  if (!entry) return;
  ++corrupt_;
  log::error("cache_content_condemned", {{"content", digestName(name.digest)}, {"error", why}});
  IndexChanges changes;
  changes.forgotten.push_back(name);
  applyOrLog(changes, "condemned");
  quarantine_->take(directory_.path(name), fileName(name), std::move(entry->grant));
}

std::unique_ptr<Entry> Store::extract(const ContentName& name) {
  MutexLock lock(mu_);
  return table_.extract(name);
}

// The entries are out of the table already; now the disk.
void Store::forget(Entries entries) {
  IndexChanges changes;
  for (const auto& entry : entries) changes.forgotten.push_back(entry->name);
  applyOrLog(changes, "forgotten");
  for (auto& entry : entries) {
    directory_.remove(entry->name);
    auto content = entry->handle.lock();
    entry->open.reset();
    release(std::move(content), std::move(entry->grant));
  }
}

// Gives the space back, now or when the last reader is gone.
void Store::release(std::shared_ptr<StoredContent> content, SpaceGrant grant) {
  if (grant.bytes() == 0) return;  // nothing to give back, or another caller does it
  if (!content || content.use_count() == 1) {
    content.reset();  // closed before its space counts as free
    return;
  }
  grant.become(SpaceUse::kLeaving);
  content->keepUntilReleased(std::move(grant));
  MutexLock lock(mu_);
  leaving_.push_back(std::move(content));
}

// True: some space came back.
bool Store::reap() {
  std::vector<std::shared_ptr<StoredContent>> gone;
  {
    MutexLock lock(mu_);
    std::erase_if(leaving_, [&gone](auto& content) {
      if (content.use_count() > 1) return false;
      gone.push_back(std::move(content));
      return true;
    });
  }
  return !gone.empty();
}

void Store::applyOrLog(const IndexChanges& changes, const char* what) {
  if (auto applied = index_->apply(changes, Sync::kNo); !applied) {
    log::warn("cache_index_write_failed", {{"while", what}, {"error", applied.error().message}});
  }
}

void Store::setAlias(const std::string& image_id, const image::ContentDigest& digest) {
  if (!isNameable(digest)) return;
  MutexLock lock(mu_);
  table_.setAlias(image_id, digest);
}

std::optional<image::ContentDigest> Store::aliasOf(const std::string& image_id) const {
  MutexLock lock(mu_);
  return table_.aliasOf(image_id);
}

Usage Store::usage() const {
  const SpaceTotals totals = ledger_->totals();
  Usage usage;
  usage.bytes = totals.stored;
  usage.reserved_bytes = totals.reserved;
  usage.capacity_bytes = ledger_->capacityBytes();
  usage.evictions = evictions_;
  usage.evicted_bytes = evicted_bytes_;
  usage.corrupt = corrupt_;
  MutexLock lock(mu_);
  usage.contents = table_.findableCount();
  return usage;
}

std::vector<ContentInfo> Store::list() const {
  MutexLock lock(mu_);
  return table_.list();
}

}  // namespace glint::cache
