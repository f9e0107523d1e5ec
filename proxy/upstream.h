// The service behind the edge: its address, and what is known of its health.
//
// A request to an upstream that is known to be down fails at once; a monitor finds out when it is
// back. Threads: any.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "base/mutex.h"
#include "base/result.h"

namespace glint::proxy {

enum class UpstreamService : std::uint8_t { kUnknown, kImagesApi, kOther };

struct UpstreamHealth {
  bool reachable = true;
  UpstreamService service = UpstreamService::kUnknown;
  std::string detail;  // for people: why it is not reachable, or what it is
};

class Upstream {
 public:
  // `url`: http or https, host, optional port and path prefix; a trailing slash is dropped.
  explicit Upstream(std::string url);

  const std::string& url() const { return url_; }
  // For a request target in origin-form ("/v2/images?limit=2").
  std::string urlOf(std::string_view target) const { return url_ + std::string(target); }

  bool reachable() const { return reachable_.load(std::memory_order_relaxed); }
  UpstreamHealth health() const;

  // A request failed before an answer arrived: asks the monitor to look at once. Requests go on
  // until it has looked.
  void suspect(const Error& error);
  // What the monitor found.
  void setReachable(bool reachable, std::string detail);
  void setService(UpstreamService service, std::string detail);

  // `look` is called by suspect(), from any thread.
  void setMonitor(std::function<void()> look);
  // Called each time it becomes unreachable, from the thread that found out. Set before the monitor
  // starts.
  void onLost(std::function<void()> lost) { lost_ = std::move(lost); }

 private:
  const std::string url_;
  std::atomic<bool> reachable_{true};
  std::function<void()> lost_;
  mutable Mutex mutex_;
  UpstreamService service_ GUARDED_BY(mutex_) = UpstreamService::kUnknown;
  std::string detail_ GUARDED_BY(mutex_);
  std::function<void()> look_ GUARDED_BY(mutex_);
};

// "http://host[:port][/prefix]": Errors: kInvalidArgument.
Status validateUpstreamUrl(std::string_view url);

}  // namespace glint::proxy
