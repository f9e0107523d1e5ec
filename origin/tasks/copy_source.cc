#include "origin/tasks/copy_source.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "base/log.h"

namespace glint::origin {
namespace {

using image::Image;
using image::Location;

std::vector<Location> inReadingOrder(const StoreSet& stores, const Image& image) {
  std::vector<Location> locations = image.locations;
  std::ranges::stable_sort(locations, {}, [&](const Location& location) {
    return stores.of(location) == &stores.defaultStore() ? 0 : 1;
  });
  return locations;
}

Status copyFrom(TaskRun& run, const Image& image, Store& store, const Location& location,
                Staging& staging) {
  const auto size = store.size(run.context(), location.url);
  if (!size) return tl::unexpected(size.error());
  if (*size != image.size.value_or(*size))
    return fail(ErrorCode::kCorrupt, "the store has another number of bytes than the image");
  auto body = store.open(run.context(), location.url, 0, *size);
  if (!body) return tl::unexpected(body.error());
  const auto* file = std::get_if<http::FileRange>(&*body);
  if (file == nullptr)
    return fail(ErrorCode::kInvalidArgument, "the store cannot be read from here");
  const auto reader =
      readFileRange(run.context(), *file, [&](std::uint64_t done) { run.progress(done, *size); });
  auto staged = staging.receive(run.context(), image.id, *size, *size, *reader);
  if (!staged) return tl::unexpected(std::move(staged.error().error));
  return {};
}

}  // namespace

StageSource copySource(const StoreSet& stores, Staging& staging) {
  return [&stores, &staging](TaskRun& run, const image::ImportPlan& /*plan*/,
                             const Image& image) -> Status {
    for (const Location& location : inReadingOrder(stores, image)) {
      Store* store = stores.of(location);
      if (store == nullptr) continue;
      const auto copied = copyFrom(run, image, *store, location, staging);
      if (copied || run.interrupted()) return copied;
      log::warn("copy_source_failed", {{"image_id", image.id.value},
                                       {"store", store->id()},
                                       {"error", copied.error().message}});
    }
    return fail(ErrorCode::kNotFound, "No store gives the bytes of the image.");
  };
}

}  // namespace glint::origin
