// Who may read what: the upstream decides, the edge remembers.
//
// A decision belongs to (keyed hash of the caller's credentials, image id). It is asked for with
// the caller's own credentials: `GET /v2/images/{id}` tells whether the caller sees the image, and
// its size and digest; the data route tells whether it may download. Both are asked at the same
// time. Lookups of the same key are one. Nothing is allowed without a decision for those
// credentials.
//
// Threads: any loop; the table is guarded by a mutex held for moments.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "image/content_digest.h"
#include "image/record.h"
#include "proxy/context.h"
#include "proxy/credentials.h"
#include "proxy/held_transfer.h"
#include "proxy/upstream_answer.h"

namespace glint::proxy {

struct AuthOptions {
  std::chrono::milliseconds ttl{60'000};               // of "allowed"
  std::chrono::milliseconds negative_ttl{5'000};       // of a refusal
  std::chrono::milliseconds offline_grace{3'600'000};  // since the decision, upstream unreachable
  std::chrono::milliseconds timeout{10'000};           // of one question to the upstream
  std::uint32_t table_size = 65'536;                   // decisions remembered
};

// What the record says of an image's bytes.
struct ImageFacts {
  std::optional<image::ContentDigest> digest;
  std::optional<std::uint64_t> size;
  std::string checksum;  // md5 hex; empty: unknown
  image::Time updated_at{};
};

struct Decision {
  enum class Kind : std::uint8_t {
    kAllowed,
    kRefused,      // `answer` goes to the client as it is (a refusal, or 204: no data)
    kUnavailable,  // the upstream did not decide: `answer` (status 5xx), or status 0: unreachable
  };
  Kind kind = Kind::kUnavailable;
  bool stale = false;  // older than its time to live, used while the upstream is unreachable
  ImageFacts facts;
  UpstreamAnswer answer;
};

class Authorizer {
 public:
  struct Question {
    DataRequest request;
    // Asked when the question really goes upstream: may the data be requested as a whole at once?
    std::function<std::unique_ptr<Speculation>()> speculate;
  };
  // `held`: the transfer of the whole image, when this caller's question was asked with one and the
  // decision is kAllowed.
  using Done = std::function<void(DecisionPtr decision, std::unique_ptr<HeldTransfer> held)>;

  Authorizer(const AuthOptions& options, const Clock& clock);
  ~Authorizer();

  // `done` runs at once when a decision is remembered, else later on the same loop.
  void decide(LoopContext& context, Question question, Done done);

  // Something about the image changes: what is remembered of it, or being asked, is not used again.
  void forget(const image::ImageId& image);

  // Changes may have been missed: what is remembered counts no more while the upstream can be
  // asked. Within the offline grace it still does while it cannot.
  void distrust();

  // Images that some caller is remembered to be allowed, how old the record was that said so, and
  // for how long that would count if the upstream were lost now.
  struct Allowed {
    image::ImageId image;
    image::Time updated_at;
    std::chrono::nanoseconds grace_left;
  };
  std::vector<Allowed> allowedImages() const;

  std::size_t remembered() const;

 private:
  class Lookup;
  struct Waiter {
    net::EventLoop& loop;
    Done done;
  };
  using Key = std::pair<std::string, std::string>;  // image id, credentials hash
  struct Entry {
    DecisionPtr decision;  // empty: none yet
    std::chrono::steady_clock::time_point decided;
    std::shared_ptr<Lookup> lookup;  // shared with its transfers; empty: none runs
    std::list<Key>::iterator recent;
  };

  DecisionPtr fresh(const Entry& entry) const REQUIRES(mutex_);
  DecisionPtr withinGrace(const Entry& entry) const REQUIRES(mutex_);
  Entry& touch(const Key& key) REQUIRES(mutex_);
  void evict() REQUIRES(mutex_);
  DecisionPtr settle(Lookup& lookup, DecisionPtr decision, std::vector<Waiter>& waiting);

  const AuthOptions options_;
  const Clock& clock_;
  mutable Mutex mutex_;
  std::map<Key, Entry> table_ GUARDED_BY(mutex_);
  std::list<Key> recent_ GUARDED_BY(mutex_);  // most recently used first
  std::chrono::steady_clock::time_point trusted_since_ GUARDED_BY(mutex_){};
};

}  // namespace glint::proxy
