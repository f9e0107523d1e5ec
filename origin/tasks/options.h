// How images are staged and imported, as glance-api.conf says.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/options.h"
#include "base/result.h"
#include "origin/tasks/uri_filter.h"

namespace glint::origin {

struct ImportOptions {
  std::vector<std::string> methods = {"glance-direct", "web-download", "copy-image"};
  std::string node_staging_uri = {};   // file://…; empty: staging in the state directory
  std::string staging_directory = {};  // of [os_glance_staging_store]; wins
  std::size_t threads = 16;
  UriFilterOptions uris = {};           // of web-download
  std::int64_t task_time_to_live = 48;  // hours
};

void addOptions(OptionTable& table, ImportOptions& options);

// Rules across fields; `staging_directory` is set afterwards. Errors: kInvalidArgument.
Status finish(ImportOptions& options, const std::string& state_dir);

}  // namespace glint::origin
