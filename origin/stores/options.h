// Which stores there are, as glance-api.conf says: [glance_store] alone, or [DEFAULT]
// enabled_backends with a group for each store (spec: stores, store selection).
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/options.h"
#include "base/result.h"
#include "origin/stores/file_store.h"
#include "origin/stores/store_set.h"

namespace glint::origin {

// One store: what every driver has, and the file driver's own.
struct BackendOptions {
  std::string description;
  std::int64_t weight = 0;
  FileStoreOptions file;
};

struct StoresOptions {
  BackendOptions only;  // without enabled_backends; has no id
  std::deque<BackendOptions>
      several;  // in the order of enabled_backends; file.id is the store's id
  std::string default_backend;
  BackendOptions defaults;  // [backend_defaults]: the loader hands its values on
};

void addOptions(OptionTable& table, StoresOptions& options);

// Rules across fields; directories that are not given lie in the state directory.
// Errors: kInvalidArgument.
Status finish(StoresOptions& options, const std::string& state_dir);

struct OpenStores {
  std::vector<std::unique_ptr<Store>> stores;
  std::unique_ptr<const StoreSet> set;  // of these
};

// Errors: those of opening a store, with its id; the default store must open for writing.
Result<OpenStores> openStores(const StoresOptions& options);

}  // namespace glint::origin
