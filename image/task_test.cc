#include "image/task.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace glint::image {
namespace {

using nlohmann::json;

Task sample() {
  Task task;
  task.id = "t1";
  task.type = kImportTask;
  task.owner = "a";
  task.input = R"({"image_id":"i1"})";
  task.image_id = "i1";
  task.created_at = task.updated_at = Time(std::chrono::microseconds(1'700'000'000'000'001));
  return task;
}

TEST_CASE("Task: one task shows what is set, a list item is shorter", "[image][task]") {
  Task task = sample();
  const auto one = json::parse(taskJson(task));
  CHECK(one["message"] == "");
  CHECK(one["result"].is_null());
  CHECK(one["input"]["image_id"] == "i1");
  CHECK(one["self"] == "/v2/tasks/t1");
  CHECK(one["created_at"] == "2023-11-14T22:13:20Z");
  CHECK_FALSE(one.contains("expires_at"));
  CHECK_FALSE(one.contains("user_id"));
  task.expires_at = task.created_at;
  const auto list =
      json::parse(taskListJson({task}, {.first = "/v2/tasks", .next = "/v2/tasks?x"}));
  const auto& item = list["tasks"][0];
  CHECK(item["expires_at"] == "2023-11-14T22:13:20Z");
  for (const char* absent : {"input", "result", "message", "image_id"})
    CHECK_FALSE(item.contains(absent));
  CHECK(list["next"] == "/v2/tasks?x");
  CHECK(list["schema"] == "/v2/schemas/tasks");
  // So says the schema.
  const auto schema = json::parse(tasksSchemaDocument());
  const auto& properties = schema["properties"]["tasks"]["items"]["properties"];
  for (const char* absent : {"input", "result", "message"})
    CHECK_FALSE(properties.contains(absent));
  CHECK(properties["image_id"]["type"] == "string");
}

TEST_CASE("Task: an image's tasks are raw records", "[image][task]") {
  const auto list = json::parse(imageTasksJson({sample()}));
  const auto& raw = list["tasks"][0];
  CHECK(raw["created_at"] == "2023-11-14T22:13:20.000001");
  CHECK(raw["expires_at"].is_null());
  CHECK(raw["deleted"] == false);
  CHECK(raw.size() == 15);
}

}  // namespace
}  // namespace glint::image
