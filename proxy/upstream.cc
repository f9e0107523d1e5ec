#include "proxy/upstream.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/log.h"

namespace glint::proxy {

Upstream::Upstream(std::vector<std::string> urls) {
  for (std::string& url : urls) {
    while (!url.empty() && url.back() == '/') url.pop_back();
    auto endpoint = std::make_unique<Endpoint>();
    endpoint->url = std::move(url);
    endpoints_.push_back(std::move(endpoint));
  }
  GLINT_CHECK(!endpoints_.empty(), "an upstream has an address");
}

bool Upstream::reachable() const {
  return std::ranges::any_of(endpoints_, [](const auto& endpoint) {
    return endpoint->reachable.load(std::memory_order_relaxed);
  });
}

UpstreamHealth Upstream::health() const { return healthAt(current()); }

UpstreamHealth Upstream::healthAt(std::size_t index) const {
  const Endpoint& endpoint = *endpoints_[index];
  MutexLock lock(mutex_);
  return {.reachable = endpoint.reachable, .service = endpoint.service, .detail = endpoint.detail};
}

bool Upstream::isOf(std::string_view request_url, const Endpoint& endpoint) {
  return request_url.starts_with(endpoint.url) &&
         (request_url.size() == endpoint.url.size() || request_url[endpoint.url.size()] == '/');
}

// The first that answers, as far as is known; else the first that was not found dead; else the
// first.
std::size_t Upstream::best() const {
  for (std::size_t i = 0; i < endpoints_.size(); ++i)
    if (endpoints_[i]->reachable && !endpoints_[i]->suspected) return i;
  for (std::size_t i = 0; i < endpoints_.size(); ++i)
    if (endpoints_[i]->reachable) return i;
  return 0;
}

void Upstream::choose() {
  const std::size_t chosen = best();
  const std::size_t before = current_.exchange(chosen);
  if (before == chosen) return;
  log::warn("upstream_moved",
            {{"from", endpoints_[before]->url}, {"upstream", endpoints_[chosen]->url}});
  if (moved_) moved_();
}

void Upstream::suspect(const Error& error, std::string_view request_url) {
  std::vector<std::function<void()>> looks;
  {
    MutexLock lock(mutex_);
    for (const auto& endpoint : endpoints_) {
      if (!request_url.empty() && !isOf(request_url, *endpoint)) continue;
      if (!request_url.empty()) endpoint->suspected = endpoint->look != nullptr;
      looks.push_back(endpoint->look);
    }
  }
  log::debug("upstream_suspected", {{"upstream", url()}, {"error", error.message}});
  choose();
  for (const auto& look : looks)
    if (look) look();
}

bool Upstream::movedFrom(std::string_view request_url) const {
  return reachable() && !isOf(request_url, *endpoints_[current()]);
}

void Upstream::setReachable(bool reachable, std::string detail, std::size_t index) {
  Endpoint& endpoint = *endpoints_[index];
  {
    MutexLock lock(mutex_);
    endpoint.detail = detail;
  }
  endpoint.suspected = false;
  const bool changed = endpoint.reachable.exchange(reachable) != reachable;
  choose();
  if (!changed) return;
  if (reachable) {
    log::info("upstream_back", {{"upstream", endpoint.url}});
    return;
  }
  log::warn("upstream_unreachable", {{"upstream", endpoint.url}, {"error", detail}});
  if (!this->reachable() && lost_) lost_();
}

void Upstream::setService(UpstreamService service, std::string detail, std::size_t index) {
  Endpoint& endpoint = *endpoints_[index];
  UpstreamService before = UpstreamService::kUnknown;
  {
    MutexLock lock(mutex_);
    before = std::exchange(endpoint.service, service);
    endpoint.detail = detail;
  }
  if (before == service) return;
  if (service == UpstreamService::kImagesApi) {
    log::info("upstream_found", {{"upstream", endpoint.url}, {"detail", detail}});
  } else if (service == UpstreamService::kOther) {
    log::error("upstream_is_no_images_api", {{"upstream", endpoint.url}, {"error", detail}});
  }
}

void Upstream::setMonitor(std::function<void()> look, std::size_t index) {
  MutexLock lock(mutex_);
  endpoints_[index]->look = std::move(look);
}

Status validateUpstreamUrl(std::string_view url) {
  const auto bad = [&](const char* why) {
    return fail(ErrorCode::kInvalidArgument, "upstream.url: \"" + std::string(url) + "\" " + why);
  };
  if (url.empty()) {
    return fail(ErrorCode::kInvalidArgument,
                "upstream.url: missing; give --upstream http://host:9292");
  }
  std::string_view rest = url;
  if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else if (rest.starts_with("https://")) {
    rest.remove_prefix(8);
  } else {
    return bad("does not begin with http:// or https://");
  }
  const std::string_view authority = rest.substr(0, rest.find('/'));
  if (authority.empty() || authority.front() == ':') return bad("names no host");
  if (authority.find('@') != std::string_view::npos) return bad("must not hold credentials");
  for (const char c : url) {
    if (static_cast<unsigned char>(c) <= ' ' || c == 0x7f || c == '?' || c == '#') {
      return bad("holds a blank, a control character, '?' or '#'");
    }
  }
  return {};
}

}  // namespace glint::proxy
