#include "origin/tasks/task_engine.h"

#include <catch2/catch.hpp>

#include "metrics/origin_metrics.h"
#include "metrics/registry.h"
#include "net/testing/server_fixture.h"
#include "origin/catalog/database.h"
#include "origin/catalog/sql_task_catalog.h"
#include "origin/catalog/testing/test_database.h"
#include "origin/test_support.h"

namespace glint::origin {
namespace {

using namespace std::chrono_literals;
using image::Task;
using image::TaskStatus;
using net::testing::eventually;

struct EngineFixture {
  TestDatabase of_test;
  std::unique_ptr<TaskCatalog> tasks =
      sqlTaskCatalog(std::move(Database::open(of_test.options()).value()));
  metrics::Registry registry{metrics::ProgramKind::kOrigin};
  metrics::OriginMetrics metrics{registry};

  std::unique_ptr<TaskEngine> start(TaskRunner runner, const std::string& instance = "here",
                                    std::chrono::milliseconds lease = 60s) {
    return TaskEngine::start({.instance = instance, .threads = 2, .lease = lease, .poll = 20ms},
                             *tasks, {{"work", std::move(runner)}}, {}, metrics)
        .value();
  }
  std::string add(const std::string& type = "work") {
    Task task;
    task.id = makeUuid();
    task.type = type;
    task.created_at = task.updated_at =
        std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
    REQUIRE(tasks->add({}, task, "", {}));
    return task.id;
  }
  Task get(const std::string& id) const { return tasks->get({}, id).value(); }
  bool ends(const std::string& id, TaskStatus status) const {
    return eventually([&] { return get(id).status == status; });
  }
};

// Runs until it is interrupted.
Result<std::string> stubborn(TaskRun& run) {
  while (!run.interrupted()) std::this_thread::yield();
  return fail(ErrorCode::kCancelled, "interrupted");
}

TEST_CASE("Task engine: a task ends with the runner's result or error", "[tasks]") {
  EngineFixture f;
  const auto good = f.add();
  const auto strange = f.add("nobody runs this");
  const auto engine = f.start([](TaskRun& run) -> Result<std::string> {
    run.progress(3u << 20, 6u << 20);
    if (run.task().message == "never") return fail(ErrorCode::kInternal, "no");
    return std::string(R"({"x":1})");
  });
  REQUIRE(f.ends(good, TaskStatus::kSuccess));
  CHECK(f.get(good).result == R"({"x":1})");
  CHECK(f.get(good).message == "Copied 3 MiB of 6 MiB (50 %)");
  CHECK(f.get(good).expires_at);
  REQUIRE(f.ends(strange, TaskStatus::kFailure));
  CHECK_FALSE(f.get(strange).message.empty());
}

TEST_CASE("Task engine: an exception fails the task alone", "[tasks]") {
  EngineFixture f;
  const auto engine =
      f.start([](TaskRun&) -> Result<std::string> { throw std::runtime_error("boom"); });
  CHECK(f.ends(f.add(), TaskStatus::kFailure));
  CHECK(f.ends(f.add(), TaskStatus::kFailure));
}

TEST_CASE("Task engine: no more tasks at once than threads", "[tasks]") {
  EngineFixture f;
  std::atomic<int> running = 0;
  std::atomic<int> most = 0;
  std::atomic<bool> go = false;
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(f.add());
  const auto engine = f.start([&](TaskRun&) -> Result<std::string> {
    const int now = ++running;
    if (now > most) most = now;
    while (!go) std::this_thread::yield();
    --running;
    return std::string("{}");
  });
  REQUIRE(eventually([&] { return running == 2; }));
  go = true;
  for (const auto& id : ids) CHECK(f.ends(id, TaskStatus::kSuccess));
  CHECK(most == 2);
}

TEST_CASE("Task engine: what is stopped in the middle is run again", "[tasks]") {
  EngineFixture f;
  const auto id = f.add();
  {
    const auto engine = f.start(stubborn);
    REQUIRE(f.ends(id, TaskStatus::kProcessing));
    engine->drain(0ms);
    CHECK(f.get(id).status == TaskStatus::kProcessing);
  }
  const auto engine = f.start(
      [](TaskRun& run) -> Result<std::string> { return std::to_string(run.task().attempts); });
  REQUIRE(f.ends(id, TaskStatus::kSuccess));
  CHECK(f.get(id).result == "2");
}

TEST_CASE("Task engine: draining waits for what runs", "[tasks]") {
  EngineFixture f;
  const auto id = f.add();
  std::atomic<bool> go = false;
  const auto engine = f.start([&](TaskRun& run) -> Result<std::string> {
    while (!go && !run.interrupted()) std::this_thread::yield();
    return std::string("{}");
  });
  REQUIRE(f.ends(id, TaskStatus::kProcessing));
  std::thread later([&] { go = true; });
  engine->drain(30s);
  later.join();
  CHECK(f.get(id).status == TaskStatus::kSuccess);
}

TEST_CASE("Task engine: leases are renewed while a task runs, and a lost one interrupts it",
          "[tasks]") {
  EngineFixture f;
  const auto id = f.add();
  std::atomic<bool> interrupted = false;
  const auto engine = f.start(
      [&](TaskRun& run) -> Result<std::string> {
        run.progress(5u << 20, 0);
        auto result = stubborn(run);
        interrupted = true;
        CHECK_FALSE(run.holds());
        return result;
      },
      "here", 400ms);
  // The progress is written with each renewal.
  REQUIRE(eventually([&] { return f.get(id).done_bytes > 0; }));
  CHECK_FALSE(interrupted);
  const auto later = std::chrono::system_clock::now() + 1h;
  const TaskEnd end{.status = TaskStatus::kFailure,
                    .message = "preempted",
                    .expires_at = std::chrono::floor<std::chrono::microseconds>(later)};
  REQUIRE(f.tasks->preempt({}, id, end));
  CHECK(eventually([&] { return interrupted.load(); }));
  CHECK(f.get(id).message == "preempted");
}

TEST_CASE("Task engine: a task begun too often is only cleared up", "[tasks]") {
  EngineFixture f;
  const auto id = f.add();
  for (int attempt = 1; attempt <= 5; ++attempt) {
    const auto engine = f.start([](TaskRun& run) {
      CHECK_FALSE(run.exhausted());
      return stubborn(run);
    });
    REQUIRE(eventually([&] { return f.get(id).attempts == attempt; }));
  }
  const auto engine = f.start([](TaskRun& run) -> Result<std::string> {
    CHECK(run.exhausted());
    return fail(ErrorCode::kInternal, "given up");
  });
  CHECK(f.ends(id, TaskStatus::kFailure));
}

}  // namespace
}  // namespace glint::origin
