// Tasks through the catalog's public contract.
#include "origin/catalog/sql_task_catalog.h"

#include <algorithm>

#include <catch2/catch.hpp>

#include "origin/catalog/database.h"
#include "origin/catalog/task_catalog.h"
#include "origin/catalog/testing/test_database.h"
#include "origin/test_support.h"

namespace glint::origin {
namespace {

using namespace std::chrono_literals;
using image::Task;
using image::TaskStatus;

image::Time now() {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

struct TasksFixture {
  TestDatabase of_test;
  RequestContext context = testContext();
  std::unique_ptr<TaskCatalog> catalog =
      sqlTaskCatalog(std::move(Database::open(of_test.options()).value()));
  TaskCatalog& tasks = *catalog;

  Task add(const std::string& home = "", image::Time not_before = {}) {
    Task task;
    task.id = makeUuid();
    task.type = image::kImportTask;
    task.owner = "a";
    task.image_id = "image-1";
    task.created_at = task.updated_at = created_ += 1us;
    REQUIRE(tasks.add(context, task, home, not_before));
    return task;
  }
  std::optional<Task> claim(const std::string& instance, image::Time at,
                            std::chrono::microseconds lease = 60s) {
    auto task = tasks.claim(
        context, {.instance = instance, .now = at, .lease = lease, .home_patience = 600s});
    REQUIRE(task);
    return *task;
  }
  Task get(const std::string& id) { return tasks.get(context, id).value(); }
  static TaskLease leaseOf(const Task& task) { return {task.id, task.attempts}; }

 private:
  image::Time created_ = now();
};

TEST_CASE("Tasks: a task is taken by one worker, the oldest first", "[catalog][tasks]") {
  TasksFixture f;
  const auto first = f.add();
  const auto second = f.add();
  const auto at = now();
  CHECK(f.claim("x", at)->id == first.id);
  CHECK(f.claim("y", at)->id == second.id);
  CHECK_FALSE(f.claim("x", at));
  const auto task = f.get(first.id);
  CHECK(task.status == TaskStatus::kProcessing);
  CHECK(task.worker == "x");
  CHECK(task.attempts == 1);
}

TEST_CASE("Tasks: a lease that ran out is taken over, and its holder can do nothing any more",
          "[catalog][tasks]") {
  TasksFixture f;
  f.add();
  const auto at = now();
  const auto dead = *f.claim("x", at, 60s);
  CHECK_FALSE(f.claim("y", at + 59s));
  REQUIRE(f.tasks.renew(f.context, f.leaseOf(dead), at + 120s,
                        {.done_bytes = 5, .total_bytes = 9, .message = "Copied 0 MiB"}));
  CHECK(f.get(dead.id).done_bytes == 5);
  CHECK_FALSE(f.claim("y", at + 119s));
  const auto taken = f.claim("y", at + 120s);
  REQUIRE(taken);
  CHECK(taken->attempts == 2);
  const auto renewed = f.tasks.renew(f.context, f.leaseOf(dead), at + 300s, {});
  REQUIRE_FALSE(renewed);
  CHECK(renewed.error().code == ErrorCode::kConflict);
  CHECK_FALSE(f.tasks.finish(f.context, f.leaseOf(dead), {.expires_at = at + 48h}));
  CHECK(f.tasks.finish(f.context, f.leaseOf(*taken), {.result = "{}", .expires_at = at + 48h}));
  CHECK(f.get(dead.id).status == TaskStatus::kSuccess);
  CHECK_FALSE(f.claim("z", at + 24h));
}

TEST_CASE("Tasks: what a former process held is free after a restart", "[catalog][tasks]") {
  TasksFixture f;
  f.add();
  const auto at = now();
  const auto task = *f.claim("x", at);
  REQUIRE(f.tasks.giveBackAll(f.context, "y"));
  CHECK_FALSE(f.claim("x", at));
  REQUIRE(f.tasks.giveBackAll(f.context, "x"));
  CHECK(f.claim("x", at)->attempts == 2);
  REQUIRE(f.tasks.giveBack(f.context, {task.id, 2}));
  CHECK(f.claim("y", at)->attempts == 3);
}

TEST_CASE("Tasks: one with a home waits for it, but not for ever", "[catalog][tasks]") {
  TasksFixture f;
  const auto task = f.add("x");
  CHECK_FALSE(f.claim("y", now()));
  CHECK(f.claim("x", now(), 0s)->id == task.id);
  CHECK_FALSE(f.claim("y", now() + 599s));
  CHECK(f.claim("y", now() + 601s)->id == task.id);
}

TEST_CASE("Tasks: a task not yet released is taken by nobody", "[catalog][tasks]") {
  TasksFixture f;
  const auto kept = f.add("", now() + 60s);
  const auto dropped = f.add("", now() + 60s);
  CHECK_FALSE(f.claim("x", now()));
  REQUIRE(f.tasks.withdraw(f.context, dropped.id));
  REQUIRE(f.tasks.release(f.context, kept.id));
  CHECK(f.claim("x", now())->id == kept.id);
  CHECK(f.tasks.get(f.context, dropped.id).error().code == ErrorCode::kNotFound);
}

TEST_CASE("Tasks: a preempted task has failed", "[catalog][tasks]") {
  TasksFixture f;
  f.add();
  const auto task = *f.claim("x", now());
  const TaskEnd end{.status = TaskStatus::kFailure, .message = "gone", .expires_at = now() + 1h};
  REQUIRE(f.tasks.preempt(f.context, task.id, end));
  CHECK(f.get(task.id).message == "gone");
  CHECK_FALSE(f.tasks.renew(f.context, f.leaseOf(task), now(), {}));
}

TEST_CASE("Tasks: expired ones are not shown", "[catalog][tasks]") {
  TasksFixture f;
  f.add();
  const auto task = *f.claim("x", now());
  REQUIRE(f.tasks.finish(f.context, f.leaseOf(task), {.expires_at = now() - 1s}));
  CHECK_FALSE(f.tasks.get(f.context, task.id));
  CHECK(f.tasks.ofImage(f.context, {"image-1"})->empty());
  CHECK(f.tasks.expire(f.context, now()) == 1u);
  CHECK(f.tasks.expire(f.context, now()) == 0u);
}

TEST_CASE("Tasks: lists are paged, sorted and filtered", "[catalog][tasks]") {
  TasksFixture f;
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) ids.push_back(f.add().id);
  const auto page = [&](const TaskQuery& query) {
    std::vector<std::string> got;
    const auto listed = f.tasks.list(f.context, query).value();
    for (const auto& task : listed) got.push_back(task.id);
    return got;
  };
  CHECK(page({.limit = 2}) == std::vector{ids[2], ids[1]});
  CHECK(page({.marker = ids[1], .limit = 2}) == std::vector{ids[0]});
  CHECK(page({.descending = false}) == ids);
  CHECK(page({.limit = 0}).empty());
  CHECK(f.claim("x", now())->id == ids[0]);
  CHECK(page({.status = TaskStatus::kProcessing}) == std::vector{ids[0]});
  CHECK(page({.type = "import"}).empty());
  auto sorted = ids;
  std::ranges::sort(sorted);
  CHECK(page({.sort = TaskSort::kId, .descending = false}) == sorted);
  CHECK(page({.sort = TaskSort::kStatus, .descending = false}).back() == ids[0]);
  CHECK(f.tasks.list(f.context, {.marker = "nobody"}).error().code == ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace glint::origin
