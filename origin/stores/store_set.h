// The stores of a deployment: the only one, or those of enabled_backends.
//
// A location is served by the store whose bytes it names: its metadata may say which store that is
// ("store"), but the store must agree that the URL lies within it, so nothing a client writes into
// metadata leads to bytes elsewhere. A location without that word, or with one of a store that has
// gone, is matched by its URL.
// Threads: immutable, shared freely. Does not own the stores.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "image/record.h"
#include "origin/stores/store.h"

namespace glint::origin {

struct StoreEntry {
  Store* store = nullptr;
  std::string description;  // store_description; empty: none
  std::int64_t weight = 0;  // locations in stores with more of it come first
};

class StoreSet {
 public:
  // A deployment with one store, which has no id.
  explicit StoreSet(Store& only) : entries_{{&only, {}, 0}}, default_(&only) {}
  // `default_id` must be one of them; all have ids.
  StoreSet(std::vector<StoreEntry> entries, std::string_view default_id);

  bool several() const { return !default_->id().empty(); }  // enabled_backends, if only with one
  std::span<const StoreEntry> entries() const { return entries_; }  // as configured
  Store& defaultStore() const { return *default_; }
  // By its id; nullptr: none has it.
  Store* find(std::string_view id) const;
  // The store that has the bytes of this location; nullptr: none.
  Store* of(const image::Location& location) const;

  // Puts locations into the order in which they are offered and read (by weight, else as they
  // are), each with the id of its store in the metadata.
  void arrange(std::vector<image::Location>& locations) const;

 private:
  std::int64_t weightOf(const image::Location& location) const;

  std::vector<StoreEntry> entries_;
  Store* default_;
};

}  // namespace glint::origin
