// The ContentStore's implementation: what is in memory (ContentTable) beside what is on disk
// (ContentDirectory, Index), and the rules that keep the two in step.
//
//   begin()        entry, space, index record "filling", then the file
//   publish()      memory only
//   makeDurable()  fdatasync of the bytes, then the record "durable" (synced)
//   remove()       memory, then the record, then the file
//
// A crash between two steps leaves a file no durable record names; the next start deletes it.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

#include "base/mutex.h"
#include "cache/content_file.h"
#include "cache/content_store.h"
#include "cache/content_table.h"
#include "cache/directory_lock.h"
#include "cache/index.h"
#include "cache/quarantine.h"
#include "cache/space_ledger.h"

namespace glint::cache {

class Store final : public ContentStore {
 public:
  // What open() has prepared.
  struct Parts {
    StoreOptions options;
    DirectoryLock lock;
    Index::Opened index;
    std::uint64_t corrupt = 0;
  };
  explicit Store(Parts parts);
  ~Store() override;

  ContentPtr find(const image::ContentDigest& digest) override;
  Result<std::unique_ptr<PendingContent>> begin(const image::ContentDigest& digest,
                                                std::uint64_t size) override;
  bool remove(const image::ContentDigest& digest) override;
  void condemn(const image::ContentDigest& digest, const std::string& why) override;
  void setAlias(const std::string& image_id, const image::ContentDigest& digest) override;
  std::optional<image::ContentDigest> aliasOf(const std::string& image_id) const override;
  Usage usage() const override;
  std::vector<ContentInfo> list() const override;

  // For the pending content. `grant` is taken when it is published.
  DiskIo& disk() const { return directory_.disk(); }
  Result<ContentPtr> publish(const std::shared_ptr<StoredContent>& content, SpaceGrant& grant);
  Status makeDurable(const StoredContent& content);
  void abandon(std::shared_ptr<StoredContent> content, SpaceGrant grant);

 private:
  using Entries = std::vector<std::unique_ptr<Entry>>;

  void load(IndexSnapshot snapshot);
  void loadContents(IndexSnapshot& snapshot, IndexChanges& changes);
  ContentName newName(const image::ContentDigest& digest);

  std::shared_ptr<StoredContent> openFile(const ContentName& name, std::uint64_t size);
  Result<std::shared_ptr<StoredContent>> createFile(const ContentName& name, std::uint64_t size);
  Result<SpaceGrant> makeRoom(std::uint64_t size);
  std::uint64_t shortage(std::uint64_t size, std::optional<SpaceGrant>& grant);

  std::unique_ptr<Entry> extract(const ContentName& name);
  void condemnFile(const ContentName& name, const std::string& why);
  void forget(Entries entries);
  void release(std::shared_ptr<StoredContent> content, SpaceGrant grant);
  bool reap();

  void keep(const std::stop_token& stop);  // the keeper thread
  void sweep(const std::stop_token& stop);
  void flush();
  void applyOrLog(const IndexChanges& changes, const char* what);

  const StoreOptions options_;
  const DirectoryLock lock_;
  const std::unique_ptr<Index> index_;
  const ContentDirectory directory_;
  const std::shared_ptr<SpaceLedger> ledger_;
  std::unique_ptr<Quarantine> quarantine_;

  mutable Mutex mu_;
  ContentTable table_ GUARDED_BY(mu_);
  // Forgotten contents that readers still hold: closing the last descriptor of a deleted file frees
  // its blocks, which is no work for an event loop.
  std::vector<std::shared_ptr<StoredContent>> leaving_ GUARDED_BY(mu_);

  // For the sweep, by serial: what the index knew when the store was opened.
  std::uint64_t start_serial_ = 0;
  std::unordered_set<std::uint64_t> start_contents_;

  std::atomic<std::uint64_t> last_serial_ = 0;
  std::atomic<std::uint64_t> evictions_ = 0;
  std::atomic<std::uint64_t> evicted_bytes_ = 0;
  std::atomic<std::uint64_t> corrupt_ = 0;
  std::atomic<std::int64_t> pending_ = 0;

  Mutex keeper_mu_;
  CondVar keeper_wake_;
  std::jthread keeper_;
};

}  // namespace glint::cache
