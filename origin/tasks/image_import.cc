#include "origin/tasks/image_import.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/log.h"
#include "image/task.h"
#include "origin/open_upload.h"
#include "origin/tasks/import_lock.h"

namespace glint::origin {
namespace {

using image::Image;
using image::ImageStatus;
using image::ImportMethod;
using image::ImportPlan;
using image::Location;

ImageStatus statusBefore(ImportMethod method) {
  switch (method) {
    case ImportMethod::kGlanceDirect:
      return ImageStatus::kUploading;
    case ImportMethod::kCopyImage:
      return ImageStatus::kActive;
    case ImportMethod::kWebDownload:
    case ImportMethod::kGlanceDownload:
      return ImageStatus::kQueued;
  }
  return ImageStatus::kQueued;
}

// Why an attempt ended. After a lost lock, or when the image is gone, the record is not touched.
struct Failure {
  enum class Kind : std::uint8_t { kFailed, kLockLost, kImageGone, kInterrupted };
  Kind kind = Kind::kFailed;
  Error error{ErrorCode::kInternal, {}, 0};
};
template <class T>
using Step = tl::expected<T, Failure>;

tl::unexpected<Failure> failedWith(Error error) {
  return tl::unexpected(Failure{Failure::Kind::kFailed, std::move(error)});
}

// What a user is told of a store's refusal.
std::string explain(const IngestError& failure, const Store& store) {
  const std::string where = store.id().empty() ? "the image store" : "store " + store.id();
  switch (failure.stage) {
    case IngestStage::kBody:
      return "The staged data could not be read: " + failure.error.message;
    case IngestStage::kSize:
    case IngestStage::kFormat:
      return "The image was refused: " + failure.error.message;
    case IngestStage::kStore:
      if (failure.error.code == ErrorCode::kNoSpace)
        return "There is no room left in " + where + ".";
      return "Writing to " + where + " failed.";
  }
  return "Writing to " + where + " failed.";
}

// One attempt at one import.
class Import {
 public:
  Import(const ImageImportParts& parts, TaskRun& run, ImportPlan plan)
      : parts_(parts), run_(run), plan_(std::move(plan)) {}

  Result<std::string> all() {
    auto done = steps();
    if (done) return image::imageResult(plan_.image);
    return giveUp(done.error());
  }

 private:
  bool copies() const { return plan_.request.method == ImportMethod::kCopyImage; }

  Step<void> steps() {
    if (auto begun = begin(); !begun) return begun;
    if (run_.exhausted())
      return failedWith({ErrorCode::kInternal, "The import was interrupted too often.", 0});
    if (auto fetched = fetch(); !fetched) return fetched;
    bool any = false;
    for (Store* store : wanted_) {
      const auto written = writeTo(*store);
      if (written) {
        any = true;
        continue;
      }
      const bool goes_on =
          written.error().kind == Failure::Kind::kFailed && !plan_.request.all_must_succeed;
      if (!goes_on) return written;
      last_error_ = written.error().error;
    }
    if (!any) return failedWith(*last_error_);
    return complete();
  }

  // Changes the record while this task holds its lock.
  Step<Image> change(const Catalog::Change& change) {
    if (!run_.holds()) return interrupted();
    bool lock_lost = false;
    auto saved = parts_.catalog.update(quiet(), plan_.image, [&](Image& image) -> Status {
      lock_lost = lockHolder(image) != run_.task().id;
      if (lock_lost) return fail(ErrorCode::kConflict, "Another import took over.");
      return change(image);
    });
    if (saved) return std::move(*saved);
    if (lock_lost) return tl::unexpected(Failure{Failure::Kind::kLockLost, saved.error()});
    if (saved.error().code == ErrorCode::kNotFound)
      return tl::unexpected(
          Failure{Failure::Kind::kImageGone, {ErrorCode::kNotFound, "The image was deleted.", 0}});
    return failedWith(saved.error());
  }

  RequestContext quiet() const {
    RequestContext context;
    context.request_id = run_.context().request_id;
    return context;
  }

  Step<void> begin() {
    for (const std::string& id : plan_.stores) {
      const bool only = id.empty() && !parts_.stores.several();
      Store* store = only ? &parts_.stores.defaultStore() : parts_.stores.find(id);
      if (store != nullptr) wanted_.push_back(store);
    }
    if (wanted_.size() != plan_.stores.size())
      return failedWith({ErrorCode::kNotFound, "A store of the import is not configured here.", 0});
    auto begun = change([this](Image& image) -> Status {
      const bool resumed = image.status == ImageStatus::kImporting;
      const bool half_done =
          run_.task().attempts > 1 &&
          (image.status == ImageStatus::kActive || image.status == ImageStatus::kDeactivated);
      if (!image.disk_format || !image.container_format)
        return fail(ErrorCode::kConflict, "disk_format and container_format are unset.");
      if (!resumed && !half_done && image.status != statusBefore(plan_.request.method))
        return fail(ErrorCode::kConflict,
                    std::string("The image is ") + image::toString(image.status) + ".");
      if (!copies() && !half_done) image.status = ImageStatus::kImporting;
      image.properties.erase(kStageHost);
      std::vector<std::string> missing;
      for (const Store* store : wanted_)
        if (locationIn(image, *store) == nullptr) missing.push_back(store->id());
      beginStores(image, missing);
      return {};
    });
    if (!begun) return tl::unexpected(begun.error());
    image_ = std::move(*begun);
    begun_ = true;
    if (wanted_.empty())
      return failedWith({ErrorCode::kInvalidArgument, "The import names no store.", 0});
    return {};
  }

  const Location* locationIn(const Image& image, const Store& store) const {
    const auto found = std::ranges::find_if(image.locations, [&](const Location& location) {
      return parts_.stores.of(location) == &store;
    });
    return found == image.locations.end() ? nullptr : &*found;
  }

  // The bytes into staging, unless they are there.
  Step<void> fetch() {
    const bool all_written = std::ranges::all_of(
        wanted_, [&](const Store* store) { return locationIn(image_, *store) != nullptr; });
    if (all_written) return {};
    const auto staged = parts_.staging.size(run_.context(), plan_.image);
    const bool usable = staged && (!copies() || image_.size == *staged);
    if (usable) return {};
    const auto source = parts_.sources.find(plan_.request.method);
    if (source == parts_.sources.end())
      return failedWith({ErrorCode::kNotFound, "The staged data is gone.", 0});
    if (auto removed = parts_.staging.remove(quiet(), plan_.image); !removed)
      return failedWith(removed.error());
    const auto fetched = source->second(run_, plan_, image_);
    if (run_.interrupted()) return interrupted();
    if (!fetched) return failedWith(fetched.error());
    return {};
  }

  tl::unexpected<Failure> interrupted() const {
    return tl::unexpected(
        Failure{Failure::Kind::kInterrupted, {ErrorCode::kCancelled, "Interrupted.", 0}});
  }

  Step<void> writeTo(Store& store) {
    if (locationIn(image_, store) != nullptr) return {};  // an earlier attempt did it
    if (run_.task().attempts > 1) {
      // An object that no record names: the attempt before died between the two.
      auto removed = store.remove(quiet(), store.locationOf(plan_.image));
      if (!removed && removed.error().code != ErrorCode::kNotFound)
        return storeFailedWith(store, removed.error());
    }
    auto ingested = ingestInto(store);
    if (run_.interrupted()) {
      if (ingested) removeBytes(ingested->location);
      return interrupted();
    }
    if (!ingested) return storeFailedWith(store, std::move(ingested.error()));
    auto saved = change([&](Image& image) { return record(image, store, *ingested); });
    if (saved) {
      image_ = std::move(*saved);
      return {};
    }
    removeBytes(ingested->location);
    if (saved.error().kind == Failure::Kind::kFailed)
      return storeFailedWith(store, saved.error().error);
    return tl::unexpected(saved.error());
  }

  Result<Ingested> ingestInto(Store& store) {
    const RequestContext& context = run_.context();
    const auto limit = sizeLimit(context, parts_.catalog, parts_.limits, image_.owner);
    if (!limit) return tl::unexpected(limit.error());
    const auto size = parts_.staging.size(context, plan_.image);
    if (!size) return fail(ErrorCode::kNotFound, "The staged data is gone.");
    auto body = parts_.staging.read(context, plan_.image,
                                    [&](std::uint64_t done) { run_.progress(done, *size); });
    if (!body) return tl::unexpected(body.error());
    const IngestRequest wanted = {.image = plan_.image,
                                  .disk_format = *image_.disk_format,
                                  .container_format = *image_.container_format,
                                  .declared_size = *size,
                                  .limit_bytes = *limit};
    auto ingested = ingest(context, parts_.ingest, wanted, **body, store);
    if (ingested) return std::move(*ingested);
    log::warn("import_refused", {{"request_id", context.request_id},
                                 {"image_id", plan_.image.value},
                                 {"store", store.id()},
                                 {"error", ingested.error().error.message}});
    return fail(ingested.error().error.code, explain(ingested.error(), store));
  }

  // A finished copy into the record; the image is active after the first or the last one.
  Status record(Image& image, const Store& store, const Ingested& ingested) const {
    const std::string& algorithm = parts_.ingest.hashing_algorithm;
    const auto differs = [](const auto& known, const auto& got) { return known && *known != got; };
    if (differs(image.checksum, ingested.md5) ||
        (image.os_hash_algo == algorithm && differs(image.os_hash_value, ingested.os_hash_value)))
      return fail(ErrorCode::kConflict, "The bytes are not those the image is known to have.");
    image.locations.push_back(ingested.location);
    image.size = ingested.size;
    image.virtual_size = ingested.virtual_size;
    image.checksum = ingested.md5;
    if (!image.os_hash_value || image.os_hash_algo == algorithm) {
      image.os_hash_algo = algorithm;
      image.os_hash_value = ingested.os_hash_value;
    }
    storeWritten(image, store.id());
    const bool last = std::ranges::all_of(
        wanted_, [&](const Store* one) { return locationIn(image, *one) != nullptr; });
    if (image.status == ImageStatus::kImporting && (last || !plan_.request.all_must_succeed))
      image.status = ImageStatus::kActive;
    return {};
  }

  tl::unexpected<Failure> storeFailedWith(const Store& store, Error error) {
    failed_.push_back(store.id());
    if (!plan_.request.all_must_succeed) {
      auto noted = change([&](Image& image) -> Status {
        storeFailed(image, store.id());
        return {};
      });
      if (!noted) return tl::unexpected(noted.error());
    }
    return failedWith(std::move(error));
  }

  Step<void> complete() {
    auto ended = change([](Image& image) -> Status {
      if (image.status != ImageStatus::kActive && image.status != ImageStatus::kDeactivated)
        return fail(ErrorCode::kConflict,
                    std::string("The image is ") + image::toString(image.status) + ".");
      dropLock(image);
      return {};
    });
    if (!ended) return tl::unexpected(ended.error());
    removeStaged();
    return {};
  }

  // Leaves nothing behind that the failed import made.
  Result<std::string> giveUp(const Failure& failure) {
    if (failure.kind == Failure::Kind::kInterrupted || run_.interrupted())
      return tl::unexpected(failure.error);
    if (failure.kind == Failure::Kind::kImageGone) removeStaged();
    if (failure.kind != Failure::Kind::kFailed) return tl::unexpected(failure.error);
    std::vector<Location> dropped;
    const auto undone = change([&](Image& image) -> Status {
      dropped.clear();
      if (begun_)
        undo(image, dropped);
      else
        dropLock(image);  // another upload or import came first, and has its own end
      return {};
    });
    if (!undone && undone.error().kind == Failure::Kind::kFailed) {
      log::error("import_not_undone", {{"image_id", plan_.image.value},
                                       {"task_id", run_.task().id},
                                       {"error", undone.error().error.message}});
      run_.postpone();
      return tl::unexpected(failure.error);
    }
    if (!undone) return giveUp(undone.error());
    for (const Location& location : dropped) removeBytes(location);
    // A copy may be tried again with what was fetched.
    if (begun_ && !copies()) removeStaged();
    return tl::unexpected(failure.error);
  }

  void undo(Image& image, std::vector<Location>& dropped) const {
    for (const Store* store : wanted_) {
      const Location* location = locationIn(image, *store);
      if (location == nullptr) continue;
      dropped.push_back(*location);
      std::erase(image.locations, dropped.back());
    }
    // Nothing was tried: the source failed, and with it every store.
    std::vector<std::string> failed = failed_;
    if (failed.empty()) failed = plan_.stores;
    for (const std::string& store : failed) storeFailed(image, store);
    dropLock(image);
    if (copies()) return;
    if (image.status == ImageStatus::kImporting || image.status == ImageStatus::kActive ||
        image.status == statusBefore(plan_.request.method))
      image.status = ImageStatus::kQueued;
    image.size = image.virtual_size = std::nullopt;
    if (image.locations.empty())
      image.checksum = image.os_hash_algo = image.os_hash_value = std::nullopt;
  }

  void removeStaged() const {
    if (auto removed = parts_.staging.remove(quiet(), plan_.image); !removed)
      log::error("staged_data_left",
                 {{"image_id", plan_.image.value}, {"error", removed.error().message}});
  }

  void removeBytes(const Location& location) const {
    Store* store = parts_.stores.of(location);
    if (store == nullptr) return;
    auto removed = store->remove(quiet(), location.url);
    if (!removed && removed.error().code != ErrorCode::kNotFound)
      log::error("image_bytes_left",
                 {{"image_id", plan_.image.value}, {"error", removed.error().message}});
  }

  const ImageImportParts& parts_;
  TaskRun& run_;
  const ImportPlan plan_;
  std::vector<Store*> wanted_;
  Image image_;         // as saved last
  bool begun_ = false;  // this task made the image importing
  std::vector<std::string> failed_;
  std::optional<Error> last_error_;
};

}  // namespace

Result<std::string> ImageImport::run(TaskRun& run) const {
  auto plan = image::parseImportTask(run.task().input);
  if (!plan) return tl::unexpected(plan.error());
  return Import(parts_, run, std::move(*plan)).all();
}

}  // namespace glint::origin
