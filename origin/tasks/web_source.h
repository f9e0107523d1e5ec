// Images from the web: the bytes for web-download (spec: image life-cycle §7.2).
//
// The URI and every redirect pass the filter; every connection is made to an address that the
// filter looks at in that moment. A transfer that breaks goes on where it stopped when the server
// says what it serves (ETag or Last-Modified) and still serves it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "net/client.h"
#include "origin/tasks/image_import.h"
#include "origin/tasks/staging.h"
#include "origin/tasks/uri_filter.h"

namespace glint::origin {

struct WebSourceOptions {
  net::ClientOptions client = {};
  std::uint64_t limit_bytes = UINT64_MAX;
  std::chrono::seconds time_limit{24 * 3600};  // of one transfer
  int redirects = 10;                          // followed at most
  int retries = 5;                             // without a byte in between
};

class WebSource {
 public:
  // `filter` and `staging` outlive it. Starts a thread.
  static Result<std::unique_ptr<WebSource>> create(WebSourceOptions options,
                                                   const UriFilter& filter, Staging& staging);
  virtual ~WebSource() = default;  // after the last fetch()

  // Errors, with messages for users: kInvalidArgument (refused by the filter), kUpstream, kTimeout,
  // kTooLarge, kNoSpace, kCancelled (interrupted).
  // Threads: any, several at once; blocks.
  virtual Status fetch(TaskRun& run, const std::string& uri, const image::ImageId& image) = 0;
};

}  // namespace glint::origin
