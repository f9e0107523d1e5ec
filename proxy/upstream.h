// The service behind the edge: its addresses, and what is known of their health.
//
// Several addresses are several ways to one and the same image service, the preferred one first:
// requests go to the first that answers. A request to a service that is known to be down fails at
// once; monitors find out which address is back. Threads: any.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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
  // Each: http or https, host, optional port and path prefix; a trailing slash is dropped.
  explicit Upstream(std::vector<std::string> urls);
  explicit Upstream(std::string url) : Upstream(std::vector<std::string>{std::move(url)}) {}

  // The address in use.
  const std::string& url() const { return endpoints_[current()]->url; }
  // For a request target in origin-form ("/v2/images?limit=2").
  std::string urlOf(std::string_view target) const { return url() + std::string(target); }

  bool reachable() const;         // by any address
  UpstreamHealth health() const;  // of the address in use

  // A request failed before an answer arrived: asks the monitors to look at once. `request_url`
  // tells the address that failed: until it has been looked at, others are preferred.
  void suspect(const Error& error, std::string_view request_url = {});
  // Whether requests now go elsewhere than this one went: it may be tried again.
  bool movedFrom(std::string_view request_url) const;

  std::size_t size() const { return endpoints_.size(); }
  const std::string& urlAt(std::size_t index) const { return endpoints_[index]->url; }
  UpstreamHealth healthAt(std::size_t index) const;
  // What the monitor of that address found.
  void setReachable(bool reachable, std::string detail, std::size_t index = 0);
  void setService(UpstreamService service, std::string detail, std::size_t index = 0);

  // `look` is called by suspect(), from any thread.
  void setMonitor(std::function<void()> look, std::size_t index = 0);
  // Called each time no address can be reached any more, from the thread that found out. Set before
  // the monitors start.
  void onLost(std::function<void()> lost) { lost_ = std::move(lost); }
  // The same, each time requests begin to go to another address.
  void onMoved(std::function<void()> moved) { moved_ = std::move(moved); }

 private:
  struct Endpoint {
    std::string url;
    std::atomic<bool> reachable{true};
    std::atomic<bool> suspected{false};
    UpstreamService service = UpstreamService::kUnknown;  // guarded by the mutex, like the rest
    std::string detail{};
    std::function<void()> look{};
  };
  std::size_t current() const { return current_.load(std::memory_order_relaxed); }
  std::size_t best() const;
  void choose();
  static bool isOf(std::string_view request_url, const Endpoint& endpoint);

  std::vector<std::unique_ptr<Endpoint>> endpoints_;  // never empty, never changed
  std::atomic<std::size_t> current_{0};
  std::function<void()> lost_;
  std::function<void()> moved_;
  mutable Mutex mutex_;
};

// "http://host[:port][/prefix]": Errors: kInvalidArgument.
Status validateUpstreamUrl(std::string_view url);

}  // namespace glint::proxy
