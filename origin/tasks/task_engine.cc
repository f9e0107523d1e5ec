#include "origin/tasks/task_engine.h"

#include <algorithm>
#include <list>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/log.h"
#include "base/mutex.h"
#include "metrics/origin_metrics.h"

namespace glint::origin {
namespace {

using namespace std::chrono_literals;
using image::Task;
using image::TaskStatus;
using Steady = std::chrono::steady_clock;

constexpr std::chrono::minutes kHousekeepingPeriod{10};
constexpr std::uint64_t kMebibyte = 1u << 20;

image::Time now() {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

std::string progressText(std::uint64_t done, std::uint64_t total) {
  if (done == 0) return {};
  std::string text = fmt::format("Copied {} MiB", done / kMebibyte);
  if (total > 0)
    text += fmt::format(
        " of {} MiB ({} %)", total / kMebibyte,
        static_cast<int>(100.0 * static_cast<double>(done) / static_cast<double>(total)));
  return text;
}

class Attempt final : public TaskRun {
 public:
  Attempt(Task task, bool exhausted, std::chrono::milliseconds lease)
      : task_(std::move(task)), exhausted_(exhausted), margin_(lease / 4) {
    held(Steady::now() + lease);
    context_.request_id = task_.request_id.value_or("");
    context_.stop = stop_.get_token();
    done_ = task_.done_bytes;
    total_ = task_.total_bytes;
  }

  const Task& task() const override { return task_; }
  const RequestContext& context() const override { return context_; }
  bool exhausted() const override { return exhausted_; }
  bool holds() const override {
    return !interrupted() && Steady::now() + margin_ < Steady::time_point(held_until_.load());
  }
  void postpone() override { postponed_ = true; }
  void progress(std::uint64_t done, std::uint64_t total) override {
    done_ = done;
    total_ = total;
  }

  TaskLease lease() const { return {task_.id, task_.attempts}; }
  TaskProgress shown() const { return {done_, total_, progressText(done_, total_)}; }
  void held(Steady::time_point until) { held_until_ = until.time_since_epoch(); }
  bool postponed() const { return postponed_; }
  void stop() { stop_.request_stop(); }
  void lose() {
    lost_ = true;
    stop();
  }
  bool lost() const { return lost_; }

 private:
  const Task task_;
  const bool exhausted_;
  const std::chrono::milliseconds margin_;
  std::atomic<Steady::duration> held_until_ = Steady::duration::zero();
  std::atomic<bool> postponed_ = false;
  std::stop_source stop_;
  RequestContext context_;
  std::atomic<std::uint64_t> done_ = 0;
  std::atomic<std::uint64_t> total_ = 0;
  std::atomic<bool> lost_ = false;
};

class Engine final : public TaskEngine {
 public:
  Engine(TaskEngineOptions options, TaskCatalog& tasks, TaskRunners runners,
         std::function<void()> housekeeping, metrics::OriginMetrics& metrics)
      : options_(std::move(options)),
        tasks_(tasks),
        runners_(std::move(runners)),
        housekeeping_(std::move(housekeeping)),
        metrics_(metrics) {
    for (std::size_t i = 0; i < options_.threads; ++i) workers_.emplace_back([this] { work(); });
    keeper_ = std::thread([this] { keep(); });
    caretaker_ = std::thread([this] { takeCare(); });
  }

  ~Engine() override { drain(0ms); }

  void wake() override {
    MutexLock lock(mu_);
    look_ = true;
    changed_.notifyAll();
  }

  void drain(std::chrono::milliseconds patience) override {
    {
      MutexLock lock(mu_);
      if (drained_) return;
      drained_ = true;
      closing_ = true;
      changed_.notifyAll();
      const auto deadline = Steady::now() + patience;
      while (!attempts_.empty() && changed_.waitUntil(mu_, deadline)) {
      }
      for (const auto& attempt : attempts_) attempt->stop();
    }
    for (std::thread& worker : workers_) worker.join();
    {
      MutexLock lock(mu_);
      done_ = true;
      changed_.notifyAll();
    }
    keeper_.join();  // to the end: the leases of what still runs must hold
    caretaker_.join();
  }

 private:
  using AttemptPtr = std::shared_ptr<Attempt>;  // shared by worker and keeper

  // Takes tasks while there are free threads, and renews leases.
  void keep() {
    auto next_look = Steady::now();
    auto next_renewal = Steady::now() + options_.lease / 4;
    for (;;) {
      bool look = false;
      {
        MutexLock lock(mu_);
        while (!done_ && !(look_ && hasRoom()) && Steady::now() < std::min(next_look, next_renewal))
          changed_.waitUntil(mu_, std::min(next_look, next_renewal));
        if (done_) return;
        look = (look_ || Steady::now() >= next_look) && hasRoom();
        if (look) look_ = false;
      }
      if (Steady::now() >= next_renewal) {
        renewAll();
        next_renewal = Steady::now() + options_.lease / 4;
      }
      if (Steady::now() >= next_look) next_look = Steady::now() + options_.poll;
      while (look && takeOne()) {
      }
    }
  }

  bool hasRoom() REQUIRES(mu_) { return !closing_ && attempts_.size() < options_.threads; }

  // False: there is none, or no room for it.
  bool takeOne() {
    {
      MutexLock lock(mu_);
      if (!hasRoom()) return false;
    }
    auto task = tasks_.claim({}, {.instance = options_.instance,
                                  .now = now(),
                                  .lease = options_.lease,
                                  .home_patience = options_.home_patience});
    if (!task) {
      log::warn("task_queue_unreachable", {{"error", task.error().message}});
      return false;
    }
    if (!*task) return false;
    if ((*task)->attempts > 1)
      log::warn("task_resumed",
                {{"task_id", (*task)->id}, {"attempt", static_cast<long long>((*task)->attempts)}});
    const bool exhausted = (*task)->attempts > options_.max_attempts;
    auto attempt = std::make_shared<Attempt>(std::move(**task), exhausted, options_.lease);
    MutexLock lock(mu_);
    attempts_.push_back(attempt);
    waiting_.push_back(std::move(attempt));
    changed_.notifyAll();
    return true;
  }

  void renewAll() {
    std::vector<AttemptPtr> running;
    {
      MutexLock lock(mu_);
      running.assign(attempts_.begin(), attempts_.end());
    }
    for (const auto& attempt : running) {
      const auto until = Steady::now() + options_.lease;
      const auto renewed =
          tasks_.renew({}, attempt->lease(), now() + options_.lease, attempt->shown());
      if (renewed) {
        attempt->held(until);
        continue;
      }
      log::warn("task_lease_not_renewed",
                {{"task_id", attempt->task().id}, {"error", renewed.error().message}});
      // Without the database the lease holds until it runs out, and the next round may get through.
      if (renewed.error().code == ErrorCode::kConflict) attempt->lose();
    }
  }

  void work() {
    for (;;) {
      AttemptPtr attempt;
      {
        MutexLock lock(mu_);
        while (waiting_.empty() && !closing_) changed_.wait(mu_);
        if (waiting_.empty()) return;
        attempt = std::move(waiting_.front());
        waiting_.pop_front();
      }
      metrics_.taskStarted();
      run(*attempt);
      MutexLock lock(mu_);
      std::erase(attempts_, attempt);
      look_ = true;  // there is room again
      changed_.notifyAll();
    }
  }

  void run(Attempt& attempt) {
    const auto runner = runners_.find(attempt.task().type);
    Result<std::string> result =
        fail(ErrorCode::kInvalidArgument, "Nothing runs tasks of this type.");
    if (runner != runners_.end() && !attempt.interrupted())
      result = guarded(runner->second, attempt);
    finish(attempt, result);
  }

  // Exceptions of libraries end with the task, not with the program.
  Result<std::string> guarded(const TaskRunner& runner, Attempt& attempt) {
    try {
      return runner(attempt);
    } catch (const std::exception& e) {
      log::error("task_exception", {{"task_id", attempt.task().id}, {"error", e.what()}});
      return fail(ErrorCode::kInternal, "Internal error.");
    }
  }

  void finish(Attempt& attempt, const Result<std::string>& result) {
    if (attempt.interrupted() || attempt.postponed()) {
      metrics_.taskEnded(metrics::TaskResult::kInterrupted);
      log::info("task_interrupted", {{"task_id", attempt.task().id}});
      if (attempt.lost() || attempt.postponed()) return;
      if (auto given = tasks_.giveBack({}, attempt.lease()); !given)
        log::warn("task_not_given_back",
                  {{"task_id", attempt.task().id}, {"error", given.error().message}});
      return;
    }
    metrics_.taskEnded(result ? metrics::TaskResult::kSuccess : metrics::TaskResult::kFailure);
    TaskEnd end{.status = result ? TaskStatus::kSuccess : TaskStatus::kFailure,
                .expires_at = now() + options_.time_to_live};
    if (result) end.result = *result;
    end.message = result ? attempt.shown().message : result.error().message;
    const Task& task = attempt.task();
    log::info("task_ended", {{"task_id", task.id},
                             {"type", task.type},
                             {"image_id", task.image_id.value_or("")},
                             {"request_id", task.request_id.value_or("")},
                             {"status", image::toString(end.status)},
                             {"message", end.message}});
    if (auto finished = tasks_.finish({}, attempt.lease(), end); !finished)
      log::error("task_end_not_saved", {{"task_id", task.id}, {"error", finished.error().message}});
  }

  void takeCare() {
    auto next = Steady::now();
    for (;;) {
      {
        MutexLock lock(mu_);
        while (!closing_ && Steady::now() < next) changed_.waitUntil(mu_, next);
        if (closing_) return;
      }
      next = Steady::now() + kHousekeepingPeriod;
      if (auto expired = tasks_.expire({}, now()); !expired)
        log::warn("tasks_not_expired", {{"error", expired.error().message}});
      if (housekeeping_) housekeeping_();
    }
  }

  const TaskEngineOptions options_;
  TaskCatalog& tasks_;
  const TaskRunners runners_;
  const std::function<void()> housekeeping_;
  metrics::OriginMetrics& metrics_;

  Mutex mu_;
  CondVar changed_;
  bool look_ GUARDED_BY(mu_) = true;      // a task may be there to be taken
  bool closing_ GUARDED_BY(mu_) = false;  // no more tasks are taken
  bool drained_ GUARDED_BY(mu_) = false;
  bool done_ GUARDED_BY(mu_) = false;  // no task runs any more
  std::list<AttemptPtr> attempts_ GUARDED_BY(mu_);
  std::list<AttemptPtr> waiting_ GUARDED_BY(mu_);  // for a thread

  std::vector<std::thread> workers_;
  std::thread keeper_;
  std::thread caretaker_;
};

}  // namespace

Result<std::unique_ptr<TaskEngine>> TaskEngine::start(TaskEngineOptions options, TaskCatalog& tasks,
                                                      TaskRunners runners,
                                                      std::function<void()> housekeeping,
                                                      metrics::OriginMetrics& metrics) {
  if (auto freed = tasks.giveBackAll({}, options.instance); !freed)
    return failWith("tasks of the process before", freed.error());
  return std::make_unique<Engine>(std::move(options), tasks, std::move(runners),
                                  std::move(housekeeping), metrics);
}

}  // namespace glint::origin
