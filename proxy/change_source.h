// Where an edge learns of changes at its upstream: glint-origin's change feed, or, before another
// Images API, a look at what was updated.
//
// Threads: one, the follower's.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "image/record.h"
#include "metrics/edge_metrics.h"
#include "net/client.h"
#include "proxy/fwd.h"

namespace glint::net {
class SequentialClient;
}

namespace glint::proxy {

class ServiceAccount;

enum class ChangeKind : std::uint8_t { kActivated, kChanged, kDeactivated, kDeleted, kMembers };

struct ImageChange {
  ChangeKind kind = ChangeKind::kChanged;
  image::ImageId image{};
};

struct Changes {
  bool everything = false;  // events may have been missed
  std::vector<ImageChange> images;
};

// Speaks to the upstream as the service account.
struct SourceSession {
  net::SequentialClient& client;
  Upstream& upstream;
  ServiceAccount& account;
  metrics::EdgeMetrics& metrics;
  metrics::UpstreamKind kind = metrics::UpstreamKind::kFeed;  // as what its questions count

  // A token the upstream refuses is replaced once. Errors: those of the client and of the account;
  // kForbidden (the account may not), kUpstream (a 5xx). Other statuses are answers.
  Result<net::FetchedResponse> get(const std::string& target, std::chrono::milliseconds patience);
  // The same with a JSON document.
  Result<net::FetchedResponse> put(const std::string& target, const std::string& document,
                                   std::chrono::milliseconds patience);
};

class ChangeSource {
 public:
  virtual ~ChangeSource() = default;
  virtual const char* name() const = 0;  // "events", "polling"

  // Blocks until there is something to tell, or for some seconds; the first time not at all.
  // Errors: those of get(); kNotFound (the upstream has no such thing). After an error the next
  // call goes on where this one did.
  virtual Result<Changes> next(SourceSession& session) = 0;
};

// glint-origin's GET /glint/v1/events. `wait`: how long one question may wait for its answer.
std::unique_ptr<ChangeSource> eventSource(std::chrono::seconds wait);

// The list of images by updated_at, and the images of `authorizer`'s remembered decisions one by
// one, every `interval`. Changes of members cannot be seen this way.
std::unique_ptr<ChangeSource> updateSource(std::chrono::milliseconds interval,
                                           const Authorizer& authorizer);

}  // namespace glint::proxy
