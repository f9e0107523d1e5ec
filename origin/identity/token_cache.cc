#include "origin/identity/token_cache.h"

#include <span>
#include <utility>

#include "base/digest.h"
#include "base/uuid.h"

namespace glint::origin {

TokenCache::TokenCache(std::size_t capacity, const Clock& clock)
    : capacity_(capacity), clock_(clock), secret_(makeUuid() + makeUuid()) {}

std::string TokenCache::keyOf(std::string_view token, std::string_view service_token) const {
  // The length in front: no two pairs give the same text.
  std::string text = secret_ + std::to_string(token.size()) + ":";
  text.append(token).append(service_token);
  return digestHex("sha256", std::as_bytes(std::span(text)));
}

std::optional<TokenCache::Known> TokenCache::find(const std::string& key) {
  MutexLock lock(mu_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return std::nullopt;
  const auto entry = found->second;
  if (clock_.steadyNow() >= entry->until) {
    by_key_.erase(found);
    entries_.erase(entry);
    return std::nullopt;
  }
  entries_.splice(entries_.begin(), entries_, entry);
  return entry->known;
}

void TokenCache::put(const std::string& key, Known known, std::chrono::milliseconds lifetime) {
  if (lifetime.count() <= 0) return;
  MutexLock lock(mu_);
  if (const auto found = by_key_.find(key); found != by_key_.end()) {
    entries_.erase(found->second);
    by_key_.erase(found);
  }
  entries_.push_front({key, std::move(known), clock_.steadyNow() + lifetime});
  by_key_[key] = entries_.begin();
  if (entries_.size() > capacity_) {
    by_key_.erase(entries_.back().key);
    entries_.pop_back();
  }
}

}  // namespace glint::origin
