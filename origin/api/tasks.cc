#include "origin/api/tasks.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/strings.h"
#include "base/uuid.h"
#include "http/url.h"
#include "image/task.h"

namespace glint::origin {
namespace {

using image::Task;

constexpr std::array kSortKeys = {std::pair{"created_at", TaskSort::kCreatedAt},
                                  std::pair{"updated_at", TaskSort::kUpdatedAt},
                                  std::pair{"expires_at", TaskSort::kExpiresAt},
                                  std::pair{"id", TaskSort::kId},
                                  std::pair{"type", TaskSort::kType},
                                  std::pair{"status", TaskSort::kStatus},
                                  std::pair{"owner", TaskSort::kOwner},
                                  std::pair{"image_id", TaskSort::kImageId}};

auto bad(std::string message) { return fail(ErrorCode::kInvalidArgument, std::move(message)); }

Status mayUseTasks(const ApiRequest& request) {
  if (request.services.policy.allows("tasks_api_access", request.caller, FixedTarget())) return {};
  return fail(ErrorCode::kForbidden, "You are not authorized to complete tasks_api_access action.");
}

Status readLimit(std::string_view text, const ApiOptions& options, TaskQuery& query) {
  const auto limit = parseInteger<std::size_t>(text);
  if (!limit) return bad("limit must be a whole number, zero or more");
  query.limit = std::min<std::size_t>(*limit, options.api_limit_max);
  return {};
}

Status readParameter(const std::string& name, const std::string& value, const ApiOptions& options,
                     TaskQuery& query) {
  if (name == "limit") return readLimit(value, options, query);
  if (name == "marker") {
    if (!looksLikeUuid(value)) return bad("marker must be the id of a task");
    query.marker = value;
  }
  if (name == "status") {
    query.status = image::parseTaskStatus(value);
    if (!query.status) return bad("no task has this status");
  }
  if (name == "type") {
    if (value != image::kLegacyImportTask) return bad("type must be import");
    query.type = value;
  }
  if (name == "sort_dir") {
    if (value != "asc" && value != "desc") return bad("a sort direction is asc or desc");
    query.descending = value == "desc";
  }
  if (name == "sort_key") {
    const auto* key = std::ranges::find(kSortKeys, value, &decltype(kSortKeys)::value_type::first);
    if (key == kSortKeys.end()) return bad("tasks cannot be sorted by this key");
    query.sort = key->second;
  }
  return {};
}

Result<TaskQuery> readQuery(const http::QueryPairs& parameters, const ApiOptions& options) {
  TaskQuery query;
  query.limit = options.limit_param_default;
  for (const auto& [name, value] : parameters)
    if (auto read = readParameter(name, value, options, query); !read)
      return tl::unexpected(std::move(read.error()));
  return query;
}

image::PageLinks linksOf(http::QueryPairs parameters, const std::vector<Task>& page, bool full) {
  std::erase_if(parameters, [](const auto& pair) { return pair.first == "marker"; });
  const auto path = [&] {
    const auto query = http::formatQuery(parameters);
    return query.empty() ? std::string("/v2/tasks") : "/v2/tasks?" + query;
  };
  image::PageLinks links{path(), std::nullopt};
  if (!full || page.empty()) return links;
  parameters.emplace_back("marker", page.back().id);
  links.next = path();
  return links;
}

}  // namespace

ApiResult<http::Response> listTasks(ApiRequest& request) {
  if (auto allowed = mayUseTasks(request); !allowed) return tl::unexpected(allowed.error());
  const auto parameters = http::parseQuery(request.http.head.query());
  if (!parameters) return tl::unexpected(parameters.error());
  const auto query = readQuery(*parameters, request.services.options);
  if (!query) return tl::unexpected(query.error());
  const auto page = request.services.tasks->list(request.context, *query);
  if (!page) return tl::unexpected(page.error());
  const bool full = query->limit > 0 && page->size() == query->limit;
  return jsonResponse(image::taskListJson(*page, linksOf(*parameters, *page, full)));
}

ApiResult<http::Response> showTask(ApiRequest& request) {
  if (auto allowed = mayUseTasks(request); !allowed) return tl::unexpected(allowed.error());
  const auto task =
      request.services.tasks->get(request.context, std::string(request.http.param("task_id")));
  if (!task) return tl::unexpected(task.error());
  return jsonResponse(image::taskJson(*task));
}

// Whatever keeps the caller from them, it hears that the image is not there.
ApiResult<http::Response> listImageTasks(ApiRequest& request) {
  const image::ImageId id{std::string(request.http.param("image_id"))};
  const auto found = findVisible(request, id);
  if (!found) return tl::unexpected(found.error());
  if (!authorize(request, "get_image", *found))
    return fail(ErrorCode::kNotFound, "No image found with ID " + id.value);
  auto tasks = request.services.tasks->ofImage(request.context, id);
  if (!tasks) return tl::unexpected(tasks.error());
  if (!request.caller.is_admin)
    std::erase_if(*tasks,
                  [&](const Task& task) { return task.owner != request.caller.project_id; });
  return jsonResponse(image::imageTasksJson(*tasks));
}

ApiResult<http::Response> showTaskSchema(ApiRequest&) {
  static const std::string kDocument = image::taskSchemaDocument();
  return jsonResponse(kDocument);
}

ApiResult<http::Response> showTasksSchema(ApiRequest&) {
  static const std::string kDocument = image::tasksSchemaDocument();
  return jsonResponse(kDocument);
}

}  // namespace glint::origin
