// A task as the Images API knows it: work that goes on after the request that asked for it (spec:
// image life-cycle §8, images-api §20).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "image/json.h"
#include "image/record.h"

namespace glint::image {

enum class TaskStatus : std::uint8_t { kPending, kProcessing, kSuccess, kFailure };

inline constexpr const char* kImportTask = "api_image_import";  // of POST …/import
inline constexpr const char* kLegacyImportTask = "import";      // of POST /v2/tasks
inline constexpr const char* kLocationTask = "location_import";

struct Task {
  std::string id = {};
  std::string type = {};
  TaskStatus status = TaskStatus::kPending;
  std::optional<std::string> owner = {};   // project id
  std::string input = "{}";                // a JSON object
  std::optional<std::string> result = {};  // a JSON object; of a task that succeeded
  std::string message = {};                // for people; "" while there is nothing to say
  std::optional<std::string> image_id = {};
  std::optional<std::string> request_id = {};
  std::optional<std::string> user_id = {};
  Time created_at = {};
  Time updated_at = {};
  std::optional<Time> expires_at = {};  // of a task that has ended
  // What the Images API does not show: how far it is, and who works at it.
  std::uint64_t done_bytes = 0;
  std::uint64_t total_bytes = 0;           // 0: unknown
  std::optional<std::string> worker = {};  // the instance that works, or worked, at it
  std::int64_t attempts = 0;               // how often it was begun
};

bool hasEnded(TaskStatus status);
const char* toString(TaskStatus status);  // "pending" … "failure"
std::optional<TaskStatus> parseTaskStatus(std::string_view text);

// GET /v2/tasks/{id}; a page of GET /v2/tasks (without input, result, message, ids).
std::string taskJson(const Task& task);
std::string taskListJson(const std::vector<Task>& tasks, const PageLinks& links);
// GET /v2/images/{id}/tasks: the raw records.
std::string imageTasksJson(const std::vector<Task>& tasks);

// The documents /v2/schemas/task and /v2/schemas/tasks.
std::string taskSchemaDocument();
std::string tasksSchemaDocument();

// {"image_id": "…"}, the result of tasks that made an image.
std::string imageResult(const ImageId& image);

}  // namespace glint::image
