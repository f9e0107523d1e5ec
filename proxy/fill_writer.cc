#include "proxy/fill_writer.h"

#include <utility>

#include "cache/content_store.h"
#include "net/worker_pool.h"

namespace glint::proxy {

FillWriter::FillWriter(net::WorkerPool& workers, std::shared_ptr<cache::PendingContent> content,
                       Callbacks callbacks)
    : workers_(workers), content_(std::move(content)), callbacks_(std::move(callbacks)) {}

void FillWriter::push(std::uint64_t offset, Slice slice) {
  pending_bytes_ += slice.size();
  {
    MutexLock lock(mutex_);
    if (stopped_) return;
    queue_.push_back({offset, std::move(slice)});
    if (running_) return;
    running_ = true;
  }
  schedule();
}

void FillWriter::kick() {
  if (refused_.exchange(false)) schedule();
}

void FillWriter::stop() {
  MutexLock lock(mutex_);
  stopped_ = true;
  queue_.clear();
}

void FillWriter::schedule() {
  if (!workers_.trySubmit([self = shared_from_this()] { self->run(); })) refused_ = true;
}

void FillWriter::run() {
  for (;;) {
    Piece piece{};
    {
      MutexLock lock(mutex_);
      if (stopped_ || queue_.empty()) {
        running_ = false;
        return;
      }
      piece = std::move(queue_.front());
      queue_.pop_front();
    }
    const std::uint64_t size = piece.slice.size();
    if (auto status = content_->write(piece.offset, piece.slice.bytes()); !status) {
      stop();
      callbacks_.on_failed(status.error());
      return;
    }
    pending_bytes_ -= size;
    callbacks_.on_written(piece.offset + size);
  }
}

}  // namespace glint::proxy
