#include "net/client_upload.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <string>
#include <utility>

namespace glint::net {

UploadFeed::UploadFeed(http::Body body) {
  if (auto* text = std::get_if<std::string>(&body)) {
    whole_ = Slice::of(std::move(*text));
  } else if (auto* range = std::get_if<http::FileRange>(&body)) {
    whole_ = std::move(*range);
  } else if (auto* stream = std::get_if<http::Stream>(&body)) {
    present_ = true;
    source_ = std::move(stream->source);
    length_ = stream->length;
  }
  if (whole_) {
    present_ = true;
    length_ = sizeOf(*whole_);
    chunk_ = *whole_;
  }
  ended_ = !present_ || length_ == 0u;
}

void UploadFeed::setWake(std::function<void()> wake) {
  if (source_) source_->setWake(std::move(wake));
}

std::optional<std::string_view> UploadFeed::takeInline(std::size_t max_bytes) {
  const auto* slice = whole_ ? std::get_if<Slice>(&*whole_) : nullptr;
  if (!slice || slice->size() > max_bytes) return std::nullopt;
  ended_ = true;
  return slice->text();
}

UploadFeed::Piece UploadFeed::fill(std::span<char> buffer) {
  std::size_t given = 0;
  while (given < buffer.size()) {
    const Outcome outcome = next();
    if (outcome != Outcome::kBytes) {
      if (given > 0) break;  // said by the next call
      return {outcome, 0};
    }
    const auto room = buffer.subspan(given);
    const std::size_t copied =
        std::visit([&](auto& chunk) { return copyFrom(chunk, room); }, chunk_);
    given += copied;
    taken_ += copied;
    if (length_ && taken_ == *length_) ended_ = true;
  }
  return {Outcome::kBytes, given};
}

UploadFeed::Outcome UploadFeed::next() {
  if (failed_) return Outcome::kFailed;
  if (ended_) return Outcome::kEnd;
  if (sizeOf(chunk_) > 0) return Outcome::kBytes;
  if (!source_) return Outcome::kEnd;  // dropped
  const std::uint64_t left = length_.value_or(std::numeric_limits<std::uint64_t>::max()) - taken_;
  http::Pulled pulled = source_->pull(left);
  switch (pulled.state) {
    case http::Pulled::State::kWait:
      return Outcome::kWait;
    case http::Pulled::State::kAbort:
      broken("was aborted by its source");
      return Outcome::kFailed;
    case http::Pulled::State::kEnd:
      if (length_ && taken_ < *length_) {
        broken("ended after " + std::to_string(taken_) + " of " + std::to_string(*length_) +
               " bytes");
        return Outcome::kFailed;
      }
      ended_ = true;
      return Outcome::kEnd;
    case http::Pulled::State::kReady:
      break;
  }
  chunk_ = std::move(pulled.chunk);
  if (const auto size = sizeOf(chunk_); size == 0 || size > left) {
    broken("has a source that breaks its contract");
    return Outcome::kFailed;
  }
  return Outcome::kBytes;
}

std::size_t UploadFeed::copyFrom(Slice& slice, std::span<char> buffer) {
  const std::size_t count = std::min(slice.size(), buffer.size());
  std::memcpy(buffer.data(), slice.bytes().data(), count);
  slice = slice.part(count, slice.size());
  return count;
}

std::size_t UploadFeed::copyFrom(http::FileRange& range, std::span<char> buffer) {
  const auto wanted =
      static_cast<std::size_t>(std::min<std::uint64_t>(range.length, buffer.size()));
  const ssize_t got =
      ::pread(range.file->get(), buffer.data(), wanted, static_cast<off_t>(range.offset));
  if (got < 0 && errno == EINTR) return 0;
  if (got <= 0) {
    broken(got == 0 ? "is a file that became shorter" : "is a file that cannot be read");
    return 0;
  }
  const auto count = static_cast<std::size_t>(got);
  range.offset += count;
  range.length -= count;
  return count;
}

bool UploadFeed::rewind() {
  if (taken_ == 0) return true;
  if (!whole_) return false;
  chunk_ = *whole_;
  taken_ = 0;
  ended_ = length_ == 0u;
  failed_ = false;
  return true;
}

void UploadFeed::drop() {
  source_.reset();
  whole_.reset();
  chunk_ = Slice();
}

void UploadFeed::broken(std::string message) {
  failed_ = true;
  error_ = Error{ErrorCode::kInvalidArgument, "the request body " + std::move(message)};
}

std::uint64_t UploadFeed::sizeOf(const Chunk& chunk) {
  const auto* slice = std::get_if<Slice>(&chunk);
  return slice ? slice->size() : std::get<http::FileRange>(chunk).length;
}

}  // namespace glint::net
