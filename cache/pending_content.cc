#include "cache/pending_content.h"

#include "cache/content_file.h"
#include "cache/store.h"

namespace glint::cache {

PendingFile::~PendingFile() { store_.abandon(std::move(content_), std::move(grant_)); }

Status PendingFile::write(std::uint64_t offset, std::span<const std::byte> bytes) {
  if (offset > content_->size() || bytes.size() > content_->size() - offset) {
    return fail(ErrorCode::kInvalidArgument,
                "write content: beyond its " + std::to_string(content_->size()) + " bytes");
  }
  if (published_) return fail(ErrorCode::kInvalidArgument, "write content: it is published");
  auto written = writeSparse(store_.disk(), content_->fd(), offset, bytes);
  if (written) grant_.noteWritten(bytes.size());
  return written;
}

Result<ContentPtr> PendingFile::publish() {
  if (published_) return fail(ErrorCode::kInvalidArgument, "publish content: it is published");
  auto content = store_.publish(content_, grant_);
  published_ = content.has_value();
  return content;
}

Status PendingFile::makeDurable() {
  if (!published_) {
    return fail(ErrorCode::kInvalidArgument, "make content durable: it is not published");
  }
  return store_.makeDurable(*content_);
}

}  // namespace glint::cache
