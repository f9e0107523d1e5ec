// What is read from an operator's files, as the files say right now.
//
// refresh() looks whether a file has changed and reads them again. Files that have become wrong
// leave the value that was in force; that is logged once for each version of the files, and
// counted. Threads: any.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/mutex.h"
#include "base/result.h"

namespace glint::origin {

// Changes with every change of the files: names, inodes, sizes, times.
std::string versionOfFiles(const std::vector<std::string>& files);

template <class T>
class LiveValue {
 public:
  struct Source {
    std::string name;  // of the events in the log: "policy" gives policy_reloaded
    std::function<std::vector<std::string>()> files;
    std::function<Result<std::shared_ptr<const T>>()> load;
    std::function<void()> on_refused;  // may be empty
  };

  // Errors: those of `load`.
  static Result<std::unique_ptr<LiveValue>> open(Source source) {
    std::unique_ptr<LiveValue> live(new LiveValue(std::move(source)));
    {
      MutexLock lock(live->mu_);
      live->version_ = versionOfFiles(live->source_.files());
    }
    auto loaded = live->source_.load();
    if (!loaded) return tl::unexpected(std::move(loaded.error()));
    live->current_ = std::move(*loaded);
    return live;
  }

  void refresh() {
    MutexLock lock(mu_);
    auto version = versionOfFiles(source_.files());
    if (version == version_) return;
    version_ = std::move(version);
    auto loaded = source_.load();
    if (loaded) {
      current_ = std::move(*loaded);
      log::info(source_.name + "_reloaded");
      return;
    }
    log::error(source_.name + "_not_reloaded", {{"error", loaded.error().message}});
    if (source_.on_refused) source_.on_refused();
  }

  std::shared_ptr<const T> get() const { return current_.load(); }

 private:
  explicit LiveValue(Source source) : source_(std::move(source)) {}

  const Source source_;
  Mutex mu_;
  std::string version_ GUARDED_BY(mu_);  // of the files, as last looked at
  std::atomic<std::shared_ptr<const T>> current_;
};

}  // namespace glint::origin
