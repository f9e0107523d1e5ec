// The edge's content store: verified image content, one sparse file per content digest, in one
// directory.
//
//   <dir>/LOCK  <dir>/index/ (LevelDB)  <dir>/content/ab/<algorithm>-<hex>.<serial>
//   (docs/cache-format.md)
//
// Threads: find(), usage() and list() may be called anywhere, also on event loops (memory only;
// find() may open one file). Everything else blocks on disk: workers only. Content handles and
// pending contents may be released anywhere. Durability: content that find() has returned after
// makeDurable() survives a crash; unfinished content is forgotten at start-up; after a power cut
// content may be missing, never wrong. Space: reserved before the first byte is written and given
// back on every path; usage().bytes + reservations never exceed capacity_bytes. Contents that
// somebody holds are not evicted; holding the file a content gave out is holding the content. Of a
// content that was removed while held, the space comes back with its last holder.
// Lifetime: pending contents go before the store; contents may outlive it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/handle.h"
#include "base/result.h"
#include "image/content_digest.h"

namespace glint::cache {

class DiskIo;

struct StoreOptions {
  std::string dir;
  std::uint64_t capacity_bytes = 100ull << 30;
  std::uint64_t keep_free_bytes = 64ull << 20;     // of the file system, never used
  std::size_t max_open_files = 256;                // kept open without a holder; the rest on demand
  std::chrono::milliseconds flush_interval{1000};  // how often use counters and aliases are written
  DiskIo* disk = nullptr;                          // tests provoke failures; nullptr: the real one
};

// Verified content. Alive: readable, and not evicted.
class Content {
 public:
  virtual ~Content() = default;
  virtual const image::ContentDigest& digest() const = 0;
  virtual std::uint64_t size() const = 0;  // bytes of the image (not of the disk blocks it uses)
  virtual std::shared_ptr<const UniqueFd> file() const = 0;
};
using ContentPtr = std::shared_ptr<const Content>;

// Content being written. Destroying it before publish() removes the file and gives the space back.
class PendingContent {
 public:
  virtual ~PendingContent() = default;
  virtual std::shared_ptr<const UniqueFd> file() const = 0;  // readable while it grows
  // Sequential or not; zero runs of 4 KiB blocks are left as holes. Errors: kNoSpace, kInternal.
  virtual Status write(std::uint64_t offset, std::span<const std::byte> bytes) = 0;
  // The caller has verified the digest. From now on find() returns it. Does not block.
  // Errors: kConflict (the digest was removed or condemned meanwhile).
  virtual Result<ContentPtr> publish() = 0;
  // After publish(): bytes and record reach the disk. Blocks (fdatasync). Errors: kConflict
  // (removed meanwhile), kNoSpace, kInternal; when the bytes could not be synced the content is
  // forgotten.
  virtual Status makeDurable() = 0;
};

struct ContentInfo {
  image::ContentDigest digest;
  std::uint64_t size = 0;        // image bytes
  std::uint64_t disk_bytes = 0;  // blocks used
  std::uint64_t hits = 0;
  std::chrono::system_clock::time_point stored_at{};
  std::chrono::system_clock::time_point last_used{};
  bool durable = false;
  std::vector<std::string> image_ids;  // known aliases
};

struct Usage {
  std::uint64_t bytes = 0;  // stored, counted as image bytes
  std::uint64_t reserved_bytes = 0;
  std::uint64_t capacity_bytes = 0;
  std::uint64_t contents = 0;
  std::uint64_t evictions = 0;
  std::uint64_t evicted_bytes = 0;
  std::uint64_t corrupt = 0;  // contents and indexes found damaged and moved aside
};

class ContentStore {
 public:
  // Opens or creates the store and forgets unfinished contents. A damaged index is moved aside and
  // begun anew (its contents are then unknown and removed). Errors: kConflict (another process
  // holds LOCK), kForbidden (not writable), kNoSpace, kInternal.
  static Result<std::unique_ptr<ContentStore>> open(const StoreOptions& options);
  virtual ~ContentStore() = default;

  // nullptr: a miss. Counts a use. A file that is missing or has the wrong size is condemned and is
  // a miss.
  virtual ContentPtr find(const image::ContentDigest& digest) = 0;

  // Reserves `size` bytes, evicting when needed.
  // Errors: kNoSpace (does not fit beside what is held), kConflict (stored, or being filled
  // already), kInvalidArgument (a digest that cannot name a file), kInternal.
  virtual Result<std::unique_ptr<PendingContent>> begin(const image::ContentDigest& digest,
                                                        std::uint64_t size) = 0;

  // Forgets the content; readers that hold it finish. False: it was not there.
  virtual bool remove(const image::ContentDigest& digest) = 0;
  // Like remove(), for content found wrong on disk: counted as corrupt, and the file kept under
  // <dir>/quarantine.
  virtual void condemn(const image::ContentDigest& digest, const std::string& why) = 0;

  // Remembers that the image has this content. The newest digest of an image wins. Does not block
  // for long.
  virtual void setAlias(const std::string& image_id, const image::ContentDigest& digest) = 0;
  virtual std::optional<image::ContentDigest> aliasOf(const std::string& image_id) const = 0;

  virtual Usage usage() const = 0;
  virtual std::vector<ContentInfo> list() const = 0;
};

}  // namespace glint::cache
