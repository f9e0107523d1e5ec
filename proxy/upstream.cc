#include "proxy/upstream.h"

#include <utility>

#include "base/log.h"

namespace glint::proxy {

Upstream::Upstream(std::string url)
    : url_([&] {
        while (!url.empty() && url.back() == '/') url.pop_back();
        return std::move(url);
      }()) {}

UpstreamHealth Upstream::health() const {
  MutexLock lock(mutex_);
  return {.reachable = reachable(), .service = service_, .detail = detail_};
}

void Upstream::suspect(const Error& error) {
  std::function<void()> look;
  {
    MutexLock lock(mutex_);
    look = look_;
  }
  log::debug("upstream_suspected", {{"upstream", url_}, {"error", error.message}});
  if (look) look();
}

void Upstream::setReachable(bool reachable, std::string detail) {
  {
    MutexLock lock(mutex_);
    detail_ = detail;
  }
  if (reachable_.exchange(reachable) == reachable) return;
  if (reachable) {
    log::info("upstream_back", {{"upstream", url_}});
  } else {
    log::warn("upstream_unreachable", {{"upstream", url_}, {"error", detail}});
    if (lost_) lost_();
  }
}

void Upstream::setService(UpstreamService service, std::string detail) {
  UpstreamService before = UpstreamService::kUnknown;
  {
    MutexLock lock(mutex_);
    before = std::exchange(service_, service);
    detail_ = detail;
  }
  if (before == service) return;
  if (service == UpstreamService::kImagesApi) {
    log::info("upstream_found", {{"upstream", url_}, {"detail", detail}});
  } else if (service == UpstreamService::kOther) {
    log::error("upstream_is_no_images_api", {{"upstream", url_}, {"error", detail}});
  }
}

void Upstream::setMonitor(std::function<void()> look) {
  MutexLock lock(mutex_);
  look_ = std::move(look);
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
