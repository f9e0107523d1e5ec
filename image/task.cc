#include "image/task.h"

#include <array>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "http/json.h"
#include "image/time_text.h"

namespace glint::image {
namespace {

using nlohmann::json;

constexpr std::array kStatuses = {
    std::pair{TaskStatus::kPending, "pending"}, std::pair{TaskStatus::kProcessing, "processing"},
    std::pair{TaskStatus::kSuccess, "success"}, std::pair{TaskStatus::kFailure, "failure"}};
constexpr std::array kTypes = {kLegacyImportTask, kImportTask, kLocationTask};

json orNull(const std::optional<std::string>& text) { return text ? json(*text) : json(); }

json parsedOrNull(const std::optional<std::string>& text) {
  return text ? json::parse(*text, nullptr, false) : json();
}

// With microseconds and without a zone: how the reference shows raw records.
json rawTime(const std::optional<Time>& time) {
  if (!time) return {};
  const auto whole = std::chrono::floor<std::chrono::seconds>(*time);
  const auto fraction = std::chrono::duration_cast<std::chrono::microseconds>(*time - whole);
  std::string text = formatTime(*time);
  if (text.ends_with('Z')) text.pop_back();
  return fmt::format("{}.{:06}", text, fraction.count());
}

// What list items and single tasks have in common.
json headOf(const Task& task) {
  json head = {{"id", task.id},
               {"type", task.type},
               {"status", toString(task.status)},
               {"owner", orNull(task.owner)},
               {"created_at", formatTime(task.created_at)},
               {"updated_at", formatTime(task.updated_at)},
               {"self", "/v2/tasks/" + task.id},
               {"schema", "/v2/schemas/task"}};
  if (task.expires_at) head["expires_at"] = formatTime(*task.expires_at);
  return head;
}

json rawOf(const Task& task) {
  return {{"id", task.id},
          {"type", task.type},
          {"status", toString(task.status)},
          {"owner", orNull(task.owner)},
          {"expires_at", rawTime(task.expires_at)},
          {"created_at", rawTime(task.created_at)},
          {"updated_at", rawTime(task.updated_at)},
          {"deleted_at", nullptr},
          {"deleted", false},
          {"image_id", orNull(task.image_id)},
          {"request_id", orNull(task.request_id)},
          {"user_id", orNull(task.user_id)},
          {"input", parsedOrNull(task.input)},
          {"result", parsedOrNull(task.result)},
          {"message", task.message}};
}

json taskSchema() {
  const auto text = [](const char* description) {
    return json{{"type", "string"}, {"description", description}};
  };
  const auto nullable = [](const char* type, const char* description) {
    return json{{"type", json::array({"null", type})}, {"description", description}};
  };
  auto id = text("An identifier for the task");
  id["pattern"] =
      "^([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}$";
  auto type = text("The type of task represented by this content");
  for (const char* known : kTypes) type["enum"].push_back(known);
  auto status = text("The current status of this task");
  for (const auto& known : kStatuses) status["enum"].push_back(known.second);
  auto expires = nullable("string", "When this resource will be removed");
  return {{"name", "task"},
          {"properties",
           {{"id", std::move(id)},
            {"type", type},
            {"status", status},
            {"input", nullable("object", "The parameters the task needs")},
            {"result", nullable("object", "The result of the task")},
            {"owner", text("The project the task belongs to")},
            {"message", text("What there is to say about the task")},
            {"image_id", text("The image the task works at")},
            {"request_id", text("The request that asked for the task")},
            {"user_id", text("Who asked for the task")},
            {"expires_at", expires},
            {"created_at", text("When the task was asked for")},
            {"updated_at", text("When the task changed last")},
            {"self", {{"type", "string"}, {"readOnly", true}}},
            {"schema", {{"type", "string"}, {"readOnly", true}}}}}};
}

}  // namespace

bool hasEnded(TaskStatus status) {
  return status == TaskStatus::kSuccess || status == TaskStatus::kFailure;
}

const char* toString(TaskStatus status) {
  for (const auto& [known, text] : kStatuses)
    if (known == status) return text;
  return "pending";
}

std::optional<TaskStatus> parseTaskStatus(std::string_view text) {
  for (const auto& [status, known] : kStatuses)
    if (known == text) return status;
  return std::nullopt;
}

std::string taskJson(const Task& task) {
  json document = headOf(task);
  document["input"] = parsedOrNull(task.input);
  document["result"] = parsedOrNull(task.result);
  document["message"] = task.message;
  if (task.image_id) document["image_id"] = *task.image_id;
  if (task.request_id) document["request_id"] = *task.request_id;
  if (task.user_id) document["user_id"] = *task.user_id;
  return http::dumpJson(document);
}

std::string taskListJson(const std::vector<Task>& tasks, const PageLinks& links) {
  auto page = json::array();
  for (const auto& task : tasks) page.push_back(headOf(task));
  json document = {
      {"tasks", std::move(page)}, {"first", links.first}, {"schema", "/v2/schemas/tasks"}};
  if (links.next) document["next"] = *links.next;
  return http::dumpJson(document);
}

std::string imageTasksJson(const std::vector<Task>& tasks) {
  auto list = json::array();
  for (const auto& task : tasks) list.push_back(rawOf(task));
  return http::dumpJson({{"tasks", std::move(list)}});
}

std::string taskSchemaDocument() { return http::dumpJson(taskSchema()); }

std::string tasksSchemaDocument() {
  json item = taskSchema();
  for (const char* detail : {"input", "result", "message"}) item["properties"].erase(detail);
  return http::dumpJson({{"name", "tasks"},
                         {"properties",
                          {{"tasks", {{"type", "array"}, {"items", std::move(item)}}},
                           {"schema", {{"type", "string"}}}}},
                         {"links", json::array({{{"rel", "describedby"}, {"href", "{schema}"}}})}});
}

std::string imageResult(const ImageId& image) {
  return http::dumpJson({{"image_id", image.value}});
}

}  // namespace glint::image
