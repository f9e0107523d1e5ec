#include "origin/tasks/staging.h"

#include <algorithm>
#include <filesystem>
#include <utility>
#include <variant>

#include "base/file.h"
#include "base/log.h"
#include "base/uuid.h"
#include "origin/catalog/catalog.h"
#include "origin/stores/file_store.h"

namespace glint::origin {
namespace {

tl::unexpected<IngestError> failAt(IngestStage stage, Error error) {
  return tl::unexpected<IngestError>({stage, std::move(error)});
}

tl::unexpected<IngestError> wrongSize(ErrorCode code, std::string message) {
  return failAt(IngestStage::kSize, Error{code, std::move(message), 0});
}

class FileRangeReader final : public http::BodyReader {
 public:
  FileRangeReader(RequestContext context, http::FileRange range,
                  std::function<void(std::uint64_t)> on_read)
      : context_(std::move(context)), range_(std::move(range)), on_read_(std::move(on_read)) {}

  Result<Slice> read() override {
    if (context_.stop.stop_requested()) return fail(ErrorCode::kCancelled, "interrupted");
    const std::uint64_t left = range_.length - done_;
    if (left == 0) return Slice();
    auto block = takeBlock();
    const std::span<std::byte> room(block->bytes.data(),
                                    std::min<std::uint64_t>(left, block->bytes.size()));
    const auto got = preadFull(range_.file->get(), room, range_.offset + done_);
    if (!got) return failWith("read staged data", got.error());
    if (*got < room.size()) return fail(ErrorCode::kCorrupt, "the file became shorter");
    done_ += *got;
    if (on_read_) on_read_(done_);
    return Slice(std::move(block), room);
  }

 private:
  const RequestContext context_;
  const http::FileRange range_;
  const std::function<void(std::uint64_t)> on_read_;
  std::uint64_t done_ = 0;
};

// Writes all of `body`, within the bounds; the number of bytes.
tl::expected<std::uint64_t, IngestError> copyAll(const RequestContext& context,
                                                 std::optional<std::uint64_t> declared_size,
                                                 std::uint64_t limit_bytes, http::BodyReader& body,
                                                 StoreWriter& writer) {
  std::uint64_t size = 0;
  for (;;) {
    auto slice = body.read();
    if (!slice) return failAt(IngestStage::kBody, std::move(slice.error()));
    if (slice->empty()) break;
    if (context.stop.stop_requested())
      return failAt(IngestStage::kBody, Error{ErrorCode::kCancelled, "the client went away", 0});
    size += slice->size();
    if (size > limit_bytes)
      return wrongSize(ErrorCode::kTooLarge,
                       "there are more than the " + std::to_string(limit_bytes) + " bytes allowed");
    if (size > declared_size.value_or(UINT64_MAX)) break;
    if (auto written = writer.write(std::move(*slice)); !written)
      return failAt(IngestStage::kStore, std::move(written.error()));
  }
  if (size != declared_size.value_or(size))
    return wrongSize(ErrorCode::kInvalidArgument,
                     "there are " + std::string(size < *declared_size ? "less" : "more") +
                         " than the declared " + std::to_string(*declared_size) + " bytes");
  return size;
}

}  // namespace

Result<std::unique_ptr<Staging>> Staging::open(const std::string& directory) {
  auto store = openFileStore({.id = {}, .directory = directory});
  if (!store) return failWith("staging directory", store.error());
  std::string path = directory;
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return std::unique_ptr<Staging>(new Staging(std::move(path), std::move(*store)));
}

tl::expected<std::uint64_t, IngestError> Staging::receive(
    const RequestContext& context, const image::ImageId& image,
    std::optional<std::uint64_t> declared_size, std::uint64_t limit_bytes, http::BodyReader& body) {
  if (declared_size.value_or(0) > limit_bytes)
    return wrongSize(ErrorCode::kTooLarge, std::to_string(*declared_size) +
                                               " bytes are declared, " +
                                               std::to_string(limit_bytes) + " are allowed");
  auto writer = store_->put(context, image, declared_size);
  if (!writer) return failAt(IngestStage::kStore, std::move(writer.error()));
  const auto size = copyAll(context, declared_size, limit_bytes, body, **writer);
  if (!size) return size;
  if (auto location = (*writer)->commit(); !location)
    return failAt(IngestStage::kStore, std::move(location.error()));
  return size;
}

Result<std::uint64_t> Staging::size(const RequestContext& context, const image::ImageId& image) {
  return store_->size(context, store_->locationOf(image));
}

Result<std::unique_ptr<http::BodyReader>> Staging::read(
    const RequestContext& context, const image::ImageId& image,
    std::function<void(std::uint64_t)> on_read) {
  const auto bytes = size(context, image);
  if (!bytes) return tl::unexpected(bytes.error());
  auto body = store_->open(context, store_->locationOf(image), 0, *bytes);
  if (!body) return tl::unexpected(body.error());
  return readFileRange(context, std::get<http::FileRange>(*body), std::move(on_read));
}

Status Staging::remove(const RequestContext& context, const image::ImageId& image) {
  auto removed = store_->remove(context, store_->locationOf(image));
  // An id that cannot name a file has none.
  if (!removed && removed.error().code != ErrorCode::kNotFound &&
      removed.error().code != ErrorCode::kInvalidArgument)
    return removed;
  return {};
}

void Staging::sweep(const RequestContext& context, Catalog& catalog) {
  std::error_code error;
  for (std::filesystem::directory_iterator entry(directory_, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    const image::ImageId id{name.substr(0, name.find('.'))};
    if (!looksLikeUuid(id.value)) continue;
    const auto image = catalog.get(context, id);
    if (image || image.error().code != ErrorCode::kNotFound) continue;
    std::error_code failed;
    if (std::filesystem::remove(entry->path(), failed))
      log::info("stray_staged_data_removed", {{"image_id", id.value}});
  }
  if (error) log::warn("staging_not_swept", {{"error", error.message()}});
}

std::unique_ptr<http::BodyReader> readFileRange(const RequestContext& context,
                                                const http::FileRange& range,
                                                std::function<void(std::uint64_t)> on_read) {
  return std::make_unique<FileRangeReader>(context, range, std::move(on_read));
}

}  // namespace glint::origin
