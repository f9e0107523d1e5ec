#include "origin/api/image_import.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/log.h"
#include "base/uuid.h"
#include "image/task.h"
#include "origin/api/upload_request.h"
#include "origin/open_upload.h"
#include "origin/tasks/import_lock.h"

namespace glint::origin {
namespace {

using namespace std::chrono_literals;
using image::Image;
using image::ImageId;
using image::ImageStatus;
using image::ImportMethod;
using image::ImportRequest;

constexpr int kStatusAccepted = 202;

// For so long a task may lie in the queue before its image is locked; after a crash between the two
// it runs, finds that it has no lock, and fails.
constexpr auto kTimeToLock = 1min;

tl::unexpected<Error> wrongStatus(const Image& image, const char* what) {
  return fail(ErrorCode::kConflict,
              std::string("An image that is ") + image::toString(image.status) + " " + what);
}

http::Response accepted() {
  http::Response response;
  response.status = kStatusAccepted;
  return response;
}

// §13, checks 6 and 7: before anything is said about rights.
Status checkState(const Image& image, ImportMethod method) {
  switch (method) {
    case ImportMethod::kGlanceDirect:
      if (image.status != ImageStatus::kUploading)
        return wrongStatus(image, "has no staged data to be imported.");
      break;
    case ImportMethod::kCopyImage:
      if (image.status != ImageStatus::kActive) return wrongStatus(image, "cannot be copied.");
      break;
    case ImportMethod::kWebDownload:
    case ImportMethod::kGlanceDownload:
      if (image.status != ImageStatus::kQueued) return wrongStatus(image, "cannot be imported.");
      break;
  }
  if (!image.container_format)
    return fail(ErrorCode::kConflict, "'container_format' needs to be set before import");
  if (!image.disk_format)
    return fail(ErrorCode::kConflict, "'disk_format' needs to be set before import");
  return {};
}

// §13, check 11: by the body or the header, not by both.
Result<std::vector<std::string>> namedStores(const ApiRequest& request,
                                             const ImportRequest& wanted) {
  const StoreSet& stores = request.services.stores;
  const auto header = request.http.head.headers.get("x-image-meta-store");
  if (wanted.all_stores && (wanted.stores || header))
    return fail(ErrorCode::kInvalidArgument, "all_stores goes without a list of stores");
  if (wanted.stores && header)
    return fail(ErrorCode::kInvalidArgument, "the stores are named twice, in body and header");
  std::vector<std::string> names;
  if (wanted.all_stores) {
    for (const StoreEntry& entry : stores.entries())
      if (entry.store->capabilities().write) names.push_back(entry.store->id());
    return names;
  }
  if (wanted.stores)
    names = *wanted.stores;
  else
    names = {header ? std::string(*header) : stores.defaultStore().id()};
  for (const std::string& name : names) {
    const Store* store = stores.find(name);
    if (store == nullptr || !store->capabilities().write)
      return fail(ErrorCode::kConflict, "There is no such store to be written.");
  }
  return names;
}

// The ids of the stores to be written, "" for the only one; none when every store has a copy.
Result<std::vector<std::string>> wantedStores(const ApiRequest& request, const Image& image,
                                              const ImportRequest& wanted) {
  const StoreSet& stores = request.services.stores;
  const bool copies = wanted.method == ImportMethod::kCopyImage;
  if (!stores.several()) {
    if (copies || !wanted.all_must_succeed)
      return fail(ErrorCode::kInvalidArgument, "This needs several stores.");
    return std::vector{stores.defaultStore().id()};
  }
  auto names = namedStores(request, wanted);
  if (!names || !copies) return names;
  const auto has_copy = [&](const std::string& name) {
    return std::ranges::any_of(image.locations, [&](const image::Location& location) {
      return stores.of(location) == stores.find(name);
    });
  };
  if (wanted.all_stores) {
    std::erase_if(*names, has_copy);
    return names;
  }
  if (std::ranges::any_of(*names, has_copy))
    return fail(ErrorCode::kInvalidArgument, "The image is in this store already.");
  return names;
}

image::Time nowOf(const ApiServices& services) {
  return std::chrono::floor<std::chrono::microseconds>(services.clock.systemNow());
}

}  // namespace

bool ImageImportApi::enabled(ImportMethod method) const {
  const auto& methods = services_.options.enabled_import_methods;
  return std::ranges::find(methods, image::toString(method)) != methods.end();
}

ApiResult<http::Response> ImageImportApi::stage(ApiRequest& request) {
  if (!enabled(ImportMethod::kGlanceDirect))
    return fail(ErrorCode::kNotFound, "Nothing can be staged here.");
  const auto declared = readUploadHead(request.http.head);
  if (!declared) return tl::unexpected(declared.error());
  if (auto writer = requireWriter(request); !writer) return tl::unexpected(writer.error());
  const auto image = findVisible(request, ImageId{std::string(request.http.param("image_id"))});
  if (!image) return tl::unexpected(image.error());
  if (auto allowed = authorize(request, "modify_image", *image); !allowed)
    return tl::unexpected(allowed.error());
  if (image->status != ImageStatus::kQueued) return wrongStatus(*image, "takes no staged data.");

  auto upload = OpenUpload::begin(request.context, services_.catalog, staging_.store(), image->id,
                                  options_.instance, ImageStatus::kUploading);
  if (!upload) return tl::unexpected(upload.error());
  const auto staged = staging_.receive(request.context, image->id, *declared,
                                       options_.limits.image_size_cap, *request.http.stream);
  if (!staged) {
    log::warn("staging_failed", {{"request_id", request.context.request_id},
                                 {"image_id", image->id.value},
                                 {"error", staged.error().error.message}});
    return tl::unexpected(refusalOf(staged.error()));
  }
  if (auto ended = upload->staged(staging_.store().locationOf(image->id), *staged); !ended)
    return refuse(kStatusGone, "Image " + image->id.value + " was changed or deleted meanwhile");
  return noContent();
}

ApiResult<http::Response> ImageImportApi::import(ApiRequest& request) {
  const auto wanted =
      image::parseImportRequest(request.http.body, services_.options.enabled_import_methods);
  if (!wanted) return tl::unexpected(wanted.error());
  if (auto writer = requireWriter(request); !writer) return tl::unexpected(writer.error());
  const auto image = findVisible(request, ImageId{std::string(request.http.param("image_id"))});
  if (!image) return tl::unexpected(image.error());
  if (auto ready = checkState(*image, wanted->method); !ready) return tl::unexpected(ready.error());
  const char* rule = wanted->method == ImportMethod::kCopyImage ? "copy_image" : "modify_image";
  if (auto allowed = authorize(request, rule, *image); !allowed)
    return tl::unexpected(allowed.error());
  if (auto cleared = clearStaleLock(request, *image); !cleared)
    return tl::unexpected(cleared.error());
  const auto stores = wantedStores(request, *image, *wanted);
  if (!stores) return tl::unexpected(stores.error());
  const bool every_store_has_it = stores->empty() && wanted->all_stores;
  if (every_store_has_it) return accepted();
  if (wanted->method == ImportMethod::kWebDownload)
    if (auto taken = options_.check_uri(wanted->uri); !taken) return tl::unexpected(taken.error());
  return enqueue(request, *image, *wanted, *stores);
}

// §13, check 10; life-cycle §3.
ApiResult<void> ImageImportApi::clearStaleLock(ApiRequest& request, const Image& image) {
  const auto holder = lockHolder(image);
  if (!holder) return {};
  std::optional<image::Task> task;
  auto found = services_.tasks->get(request.context, *holder);
  if (found)
    task = std::move(*found);
  else if (found.error().code != ErrorCode::kNotFound)
    return tl::unexpected(found.error());
  const auto now = nowOf(services_);
  if (!lockIsStale(task, now)) return fail(ErrorCode::kConflict, "The image is being imported.");
  std::vector<std::string> stores;
  if (task) {
    const TaskEnd end{.status = image::TaskStatus::kFailure,
                      .message = "Another import took over the image's lock.",
                      .expires_at = now + options_.task_time_to_live};
    if (auto ended = services_.tasks->preempt(request.context, *holder, end); !ended)
      return tl::unexpected(ended.error());
    if (const auto plan = image::parseImportTask(task->input)) stores = plan->stores;
  }
  log::warn("import_lock_preempted", {{"image_id", image.id.value}, {"task_id", *holder}});
  const auto freed =
      services_.catalog.update(request.context, image.id, [&](Image& stored) -> Status {
        if (lockHolder(stored) != holder) return {};
        dropLock(stored);
        forgetStores(stored, stores);
        return {};
      });
  if (!freed) return tl::unexpected(freed.error());
  return {};
}

ApiResult<http::Response> ImageImportApi::enqueue(ApiRequest& request, const Image& image,
                                                  const ImportRequest& wanted,
                                                  const std::vector<std::string>& stores) {
  image::Task task;
  task.id = makeUuid();
  task.type = image::kImportTask;
  if (!request.caller.project_id.empty()) task.owner = request.caller.project_id;
  if (!request.caller.user_id.empty()) task.user_id = request.caller.user_id;
  task.input = image::importTaskInput(image.id, request.http.body, stores);
  task.image_id = image.id.value;
  task.request_id = request.context.request_id;
  task.created_at = task.updated_at = nowOf(services_);
  // Staged bytes are where they were staged.
  const auto host = image.properties.find(kStageHost);
  const bool bound = wanted.method == ImportMethod::kGlanceDirect && host != image.properties.end();
  if (auto added = services_.tasks->add(request.context, task, bound ? host->second : "",
                                        task.created_at + kTimeToLock);
      !added)
    return tl::unexpected(added.error());
  const auto locked =
      services_.catalog.update(request.context, image.id, [&](Image& stored) -> Status {
        if (auto ready = checkState(stored, wanted.method); !ready) return ready;
        if (lockHolder(stored)) return fail(ErrorCode::kConflict, "The image is being imported.");
        takeLock(stored, task.id);
        return {};
      });
  if (!locked) {
    if (auto dropped = services_.tasks->withdraw(request.context, task.id); !dropped)
      log::warn("task_not_withdrawn", {{"task_id", task.id}, {"error", dropped.error().message}});
    return tl::unexpected(locked.error());
  }
  if (auto released = services_.tasks->release(request.context, task.id); !released)
    log::warn("task_delayed", {{"task_id", task.id}, {"error", released.error().message}});
  on_task_();
  return accepted();
}

}  // namespace glint::origin
