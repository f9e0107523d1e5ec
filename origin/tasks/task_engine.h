// Runs tasks: takes them from the catalog, one thread each, holds their leases while they run, and
// writes down how they ended.
//
// A task that this process leaves unfinished (it is stopped, or dies) is run again: by this
// instance as soon as it is back, or by another origin once the lease ran out. So a runner must
// find its way in what an earlier attempt left.
//
// Threads: all methods from any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/context.h"
#include "base/result.h"
#include "image/task.h"
#include "origin/catalog/task_catalog.h"

namespace glint::metrics {
class OriginMetrics;
}

namespace glint::origin {

struct TaskEngineOptions {
  std::string instance = {};                // this origin, across restarts
  std::size_t threads = 16;                 // tasks at once
  std::chrono::milliseconds lease{60'000};  // renewed every quarter of it
  std::chrono::milliseconds poll{2'000};    // how often other origins' tasks are looked for
  std::chrono::milliseconds home_patience{600'000};  // see TaskWorker
  std::chrono::hours time_to_live{48};               // of a task that ended
  std::int64_t max_attempts = 5;                     // see TaskRun::exhausted()
};

// One attempt at a task. Threads: the runner's, but for stop().
class TaskRun {
 public:
  virtual ~TaskRun() = default;
  virtual const image::Task& task() const = 0;
  // Its stop token is requested when the attempt must end: the program stops, or the lease was
  // lost. Then the runner returns soon, whatever it returns, and leaves everything as it is for the
  // next attempt.
  virtual const RequestContext& context() const = 0;
  bool interrupted() const { return context().stop.stop_requested(); }
  // Whether what is written now cannot cross with another attempt: the lease is held, and goes on
  // to be for a while.
  virtual bool holds() const = 0;
  // What this attempt left could not be cleared up (the catalog is away): when the runner returns
  // the task is not over, but run again once the lease has run out.
  virtual void postpone() = 0;
  // The task was interrupted too often: the runner only clears up what earlier attempts left, and
  // fails.
  virtual bool exhausted() const = 0;
  // Shown to people with the next renewal of the lease; cheap. `total`: 0 is unknown.
  virtual void progress(std::uint64_t done, std::uint64_t total) = 0;
};

// The task's result (JSON), or the error whose message people find in the task.
using TaskRunner = std::function<Result<std::string>(TaskRun& run)>;
using TaskRunners = std::map<std::string, TaskRunner, std::less<>>;  // by type

class TaskEngine {
 public:
  // Gives back what a former process of this instance held, and begins. `housekeeping` runs now and
  // then (every ten minutes, and at once) on a thread of the engine. `tasks` and `metrics` outlive
  // the engine. Errors: those of the catalog.
  static Result<std::unique_ptr<TaskEngine>> start(TaskEngineOptions options, TaskCatalog& tasks,
                                                   TaskRunners runners,
                                                   std::function<void()> housekeeping,
                                                   metrics::OriginMetrics& metrics);
  // As drain(0).
  virtual ~TaskEngine() = default;

  // There is a task to be taken.
  virtual void wake() = 0;
  // Takes no more tasks, waits for those that run, interrupts the rest. Once.
  virtual void drain(std::chrono::milliseconds patience) = 0;
};

}  // namespace glint::origin
