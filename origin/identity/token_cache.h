// What is known of tokens, for a while: by a keyed digest, never by the token itself.
//
// Threads: any.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "base/mutex.h"
#include "origin/identity/caller.h"

namespace glint::origin {

class TokenCache {
 public:
  // The entry used longest ago makes room when there are `capacity`.
  TokenCache(std::size_t capacity, const Clock& clock);

  // Of the tokens together that decide a request (the user's, a service's).
  std::string keyOf(std::string_view token, std::string_view service_token) const;

  struct Known {
    std::optional<Caller> caller;  // absent: the token is not valid
  };
  std::optional<Known> find(const std::string& key);
  void put(const std::string& key, Known known, std::chrono::milliseconds lifetime);

 private:
  struct Entry {
    std::string key;
    Known known;
    std::chrono::steady_clock::time_point until;
  };

  const std::size_t capacity_;
  const Clock& clock_;
  const std::string secret_;
  Mutex mu_;
  std::list<Entry> entries_ GUARDED_BY(mu_);  // the one used last in front
  std::unordered_map<std::string, std::list<Entry>::iterator> by_key_ GUARDED_BY(mu_);
};

}  // namespace glint::origin
