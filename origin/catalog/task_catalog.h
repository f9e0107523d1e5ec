// Tasks as rows: what is to be done, who does it, and what became of it.
//
// A task is worked at by whoever holds its lease, for as long as he renews it. A lease that runs
// out (the process died, or lost the database) can be taken by any origin, which finds in
// `attempts` that it is not the first. An attempt names its lease by the number of the attempt, so
// one that was overtaken can change nothing any more.
//
// Threads and errors: as Catalog.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/context.h"
#include "base/result.h"
#include "image/record.h"
#include "image/task.h"

namespace glint::origin {

enum class TaskSort : std::uint8_t {
  kCreatedAt,
  kUpdatedAt,
  kExpiresAt,
  kId,
  kType,
  kStatus,
  kOwner,
  kImageId,
};

struct TaskQuery {
  TaskSort sort = TaskSort::kCreatedAt;
  bool descending = true;
  std::optional<std::string> marker = {};  // the last task of the page before
  std::size_t limit = 25;
  std::optional<image::TaskStatus> status = {};
  std::optional<std::string> type = {};
};

// Which tasks an origin may take, and for how long.
struct TaskWorker {
  std::string instance;
  image::Time now;
  std::chrono::microseconds lease;
  // A task that waits for another origin (its home) may be taken after this without a sign of it.
  std::chrono::microseconds home_patience;
};

struct TaskLease {
  std::string task;
  std::int64_t attempt = 0;
};

struct TaskProgress {
  std::uint64_t done_bytes = 0;
  std::uint64_t total_bytes = 0;
  std::string message = {};
};

struct TaskEnd {
  image::TaskStatus status = image::TaskStatus::kSuccess;
  std::optional<std::string> result = {};
  std::string message = {};
  image::Time expires_at = {};
};

class TaskCatalog {
 public:
  virtual ~TaskCatalog() = default;

  // A pending task, which nobody takes before `not_before`, and others than `home` (an instance; ""
  // is anybody) only when it does not.
  virtual Status add(const RequestContext& context, const image::Task& task,
                     const std::string& home, image::Time not_before) = 0;
  // A pending task may be taken now; or it never was. Nothing happens if it is not pending.
  virtual Status release(const RequestContext& context, const std::string& id) = 0;
  virtual Status withdraw(const RequestContext& context, const std::string& id) = 0;

  // Errors: kNotFound (unknown or expired).
  virtual Result<image::Task> get(const RequestContext& context, const std::string& id) = 0;
  // Errors: kInvalidArgument (the marker is unknown).
  virtual Result<std::vector<image::Task>> list(const RequestContext& context,
                                                const TaskQuery& query) = 0;
  // Those of one image, the oldest first.
  virtual Result<std::vector<image::Task>> ofImage(const RequestContext& context,
                                                   const image::ImageId& id) = 0;

  // The oldest task that can be taken: it is processing from now on, by this worker.
  virtual Result<std::optional<image::Task>> claim(const RequestContext& context,
                                                   const TaskWorker& worker) = 0;
  // Holds the lease until then. Errors: kConflict (the lease was lost).
  virtual Status renew(const RequestContext& context, const TaskLease& lease, image::Time until,
                       const TaskProgress& progress) = 0;
  // Errors: kConflict (the lease was lost).
  virtual Status finish(const RequestContext& context, const TaskLease& lease,
                        const TaskEnd& end) = 0;
  // Gives the task back unfinished, for others. Nothing happens if the lease was lost.
  virtual Status giveBack(const RequestContext& context, const TaskLease& lease) = 0;
  // Gives back what a former process of this instance held.
  virtual Status giveBackAll(const RequestContext& context, const std::string& instance) = 0;

  // Fails a task that has not ended, whoever works at it.
  virtual Status preempt(const RequestContext& context, const std::string& id,
                         const TaskEnd& end) = 0;
  // Forgets tasks that expired before now. Returns how many.
  virtual Result<std::uint64_t> expire(const RequestContext& context, image::Time now) = 0;
};

}  // namespace glint::origin
