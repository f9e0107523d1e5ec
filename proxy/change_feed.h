// Follows what changes at the upstream, on a thread of its own: what was decided about an image
// that changed is forgotten at once, and the content of one that was deleted is dropped.
//
// When the upstream cannot be followed for a moment, everything decided before is asked for again
// as soon as it can be reached (while it cannot, the offline grace holds): changes may have been
// missed. Without a service account nothing is followed, and decisions live as long as [auth] says.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "net/client.h"
#include "proxy/change_source.h"

namespace glint::cache {
class ContentStore;
}

namespace glint::proxy {

struct FeedOptions {
  bool enabled = true;
  std::chrono::milliseconds wait{10'000};          // of one question to glint-origin
  std::chrono::milliseconds poll_interval{2'000};  // between looks at another upstream
};

struct FeedState {
  bool enabled = false;
  bool connected = false;
  std::string source;  // "events", "polling"; empty: not known yet
  std::string detail;  // for people: why it is not connected
  // Since it was last known that nothing was missed.
  std::chrono::steady_clock::duration age{};
};

class ChangeFeed {
 public:
  struct Parts {
    Upstream& upstream;
    Authorizer& authorizer;
    cache::ContentStore& store;
    ServiceAccount& account;
    metrics::EdgeMetrics& metrics;
    // Told of each change after it was obeyed, on the follower's thread.
    std::function<void(const ImageChange&)> listener;
  };
  static Result<std::unique_ptr<ChangeFeed>> start(const Parts& parts, const FeedOptions& options,
                                                   const net::ClientOptions& client);
  virtual ~ChangeFeed() = default;  // joins the thread

  virtual FeedState state() const = 0;  // any thread
};

}  // namespace glint::proxy
