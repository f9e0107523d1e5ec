#include "image/task.h"
#include "origin/api/test_support.h"
#include "origin/catalog/database.h"
#include "origin/catalog/sql_task_catalog.h"

namespace glint::origin {
namespace {

using image::Task;

struct TasksFixture : ApiFixture {
  TasksFixture() { services.tasks = tasks.get(); }

  std::unique_ptr<TaskCatalog> tasks =
      sqlTaskCatalog(std::move(Database::open(database.options()).value()));

  std::string add(const std::string& image = "", const std::string& owner = "a",
                  const std::string& type = image::kImportTask) {
    Task task;
    task.id = makeUuid();
    task.type = type;
    task.owner = owner;
    task.image_id = image;
    task.created_at = task.updated_at = created_ += std::chrono::seconds(1);
    REQUIRE(tasks->add(testContext(), task, "", {}));
    return task.id;
  }
  ApiAnswer get(const std::string& target, const std::string& token = kAdmin) {
    return call({.target = target, .token = token});
  }

 private:
  image::Time created_ =
      std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
};

TEST_CASE("Tasks API: for administrators alone, whatever is asked", "[api][tasks]") {
  TasksFixture f;
  const auto id = f.add();
  CHECK(f.get("/v2/tasks", kMemberA).status == 403);
  CHECK(f.get("/v2/tasks?limit=x", kMemberA).status == 403);
  CHECK(f.get("/v2/tasks/" + id, kMemberA).status == 403);
  const auto shown = f.get("/v2/tasks/" + id);
  REQUIRE(shown.status == 200);
  CHECK(shown.json()["status"] == "pending");
  CHECK(f.get("/v2/tasks/" + makeUuid()).status == 404);
  CHECK(f.status({.method = "DELETE", .target = "/v2/tasks/" + id, .token = kAdmin}) == 405);
}

TEST_CASE("Tasks API: lists are paged by links", "[api][tasks]") {
  TasksFixture f;
  const auto older = f.add();
  const auto newer = f.add();
  const auto page = f.get("/v2/tasks?limit=1").json();
  REQUIRE(page["tasks"].size() == 1);
  CHECK(page["tasks"][0]["id"] == newer);
  CHECK(page["first"] == "/v2/tasks?limit=1");
  const auto second = f.get(page["next"].get<std::string>()).json();
  CHECK(second["tasks"][0]["id"] == older);
  const auto last = f.get(second["next"].get<std::string>()).json();
  CHECK(last["tasks"].empty());
  CHECK_FALSE(last.contains("next"));
}

TEST_CASE("Tasks API: parameters of the list", "[api][tasks]") {
  TasksFixture f;
  f.add();
  struct Query {
    const char* query;
    int status;
  };
  const auto row = GENERATE(values<Query>({{"limit=-1", 400},
                                           {"limit=x", 400},
                                           {"limit=0", 200},
                                           {"marker=x", 400},
                                           {"marker=7e4f7f5c-0000-4000-8000-000000000000", 400},
                                           {"sort_key=expires_at", 200},
                                           {"sort_key=input", 400},
                                           {"sort_dir=up", 400},
                                           {"status=success", 200},
                                           {"status=done", 400},
                                           {"type=import", 200},
                                           {"type=api_image_import", 400},
                                           {"other=1", 200}}));
  CAPTURE(row.query);
  CHECK(f.get(std::string("/v2/tasks?") + row.query).status == row.status);
}

TEST_CASE("Tasks API: an image's tasks are its own to those who see it", "[api][tasks]") {
  TasksFixture f;
  const auto path = f.made(R"({"visibility":"shared"})");
  const auto id = path.substr(path.rfind('/') + 1);
  const auto mine = f.add(id, "a");
  f.add(id, "b");
  const auto seen = f.get(path + "/tasks", kMemberA).json();
  REQUIRE(seen["tasks"].size() == 1);
  CHECK(seen["tasks"][0]["id"] == mine);
  CHECK(f.get(path + "/tasks").json()["tasks"].size() == 2);
  CHECK(f.get(path + "/tasks", kMemberB).status == 404);
  CHECK(f.get("/v2/images/" + makeUuid() + "/tasks").status == 404);
}

TEST_CASE("Tasks API: schemas", "[api][tasks]") {
  TasksFixture f;
  CHECK(f.get("/v2/schemas/task", kReaderA).json()["name"] == "task");
  CHECK(f.get("/v2/schemas/tasks", kReaderA).json()["name"] == "tasks");
}

}  // namespace
}  // namespace glint::origin
