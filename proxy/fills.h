// All fills of the edge: exactly one per content digest, whatever loop, client or image began it;
// and at most one speculative transfer per image.
//
// Threads: any loop; the tables are guarded by a mutex held for moments.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "base/mutex.h"
#include "cache/content_store.h"
#include "image/content_digest.h"
#include "proxy/fill_job.h"
#include "proxy/fwd.h"

namespace glint::proxy {

// The right to run a speculative transfer for one image; ends with the object.
class Speculation {
 public:
  Speculation(Fills& fills, std::string image) : fills_(fills), image_(std::move(image)) {}
  ~Speculation();
  Speculation(const Speculation&) = delete;
  Speculation& operator=(const Speculation&) = delete;

 private:
  Fills& fills_;
  const std::string image_;
};

class Fills {
 public:
  struct Acquired {
    cache::ContentPtr content;  // verified content, or
    FillPtr fill;               // a fill to follow
    bool began = false;         // the fill was begun by this call
  };
  struct Wanted {
    image::ContentDigest digest;
    std::uint64_t size = 0;
    DataRequest request;
    std::unique_ptr<HeldTransfer> held;  // of this caller; may be empty
  };
  struct FillInfo {
    image::ContentDigest digest;
    std::string image;
    std::uint64_t size = 0;
    std::uint64_t done_bytes = 0;
    std::size_t waiters = 0;
  };

  Fills(cache::ContentStore& store, const FillOptions& options);

  // Finds the content or its fill, or begins the fill on the caller's loop. `done` runs at once, or
  // on the loop as soon as another's speculative transfer for the image has been decided on.
  void acquire(LoopContext& context, Wanted wanted, std::function<void(Acquired)> done);

  // nullptr: somebody else has it, or the image's content is known to be stored or on its way.
  std::unique_ptr<Speculation> speculate(const std::string& image);

  std::vector<FillInfo> list() const;
  const FillOptions& options() const { return options_; }

  void remove(const Fill& fill);  // the driver: it is over

 private:
  friend class Speculation;
  using Retry = std::function<void()>;  // posts to its loop

  bool known(const std::string& image) REQUIRES(mutex_);
  void endSpeculation(const std::string& image);

  cache::ContentStore& store_;
  const FillOptions options_;
  mutable Mutex mutex_;
  std::map<image::ContentDigest, FillPtr> fills_ GUARDED_BY(mutex_);
  std::unordered_map<std::string, std::vector<Retry>> speculations_ GUARDED_BY(mutex_);
};

}  // namespace glint::proxy
