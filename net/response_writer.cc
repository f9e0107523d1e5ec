#include "net/response_writer.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace glint::net {
namespace {

constexpr std::uint64_t kTurnBytes = 4ull
                                     << 20;  // a connection's share before others get their turn
constexpr std::uint64_t kPieceBytes =
    2ull << 20;  // one sendfile; measured best on loopback and fast links

}  // namespace

void ResponseWriter::start(std::string head, http::Body body, http::Framing::Kind framing,
                           std::function<void()> wake) {
  text_ = std::move(head);
  text_sent_ = 0;
  current_ = std::monostate{};
  source_.reset();
  after_chunk_ = begun_ = false;
  framing_ = framing;
  active_ = true;
  body_bytes_ = 0;
  if (framing == http::Framing::Kind::kNone) return;
  if (auto* bytes = std::get_if<std::string>(&body)) {
    if (!bytes->empty()) current_ = Slice::of(std::move(*bytes));
  } else if (auto* range = std::get_if<http::FileRange>(&body)) {
    if (range->length > 0) current_ = std::move(*range);
  } else if (auto* stream = std::get_if<http::Stream>(&body)) {
    source_ = std::move(stream->source);
    source_left_ = stream->length.value_or(std::numeric_limits<std::uint64_t>::max());
    source_->setWake(std::move(wake));
  }
}

void ResponseWriter::drop() {
  active_ = false;
  current_ = std::monostate{};
  source_.reset();
  text_.clear();
}

ResponseWriter::Progress ResponseWriter::flush(Transport& transport) {
  const std::uint64_t turn_end = bytes_ + kTurnBytes;
  while (bytes_ < turn_end) {
    const Progress progress = step(transport);
    if (progress != Progress::kMore) {
      if (progress == Progress::kDone || progress == Progress::kFailed) drop();
      return progress;
    }
  }
  return Progress::kMore;
}

ResponseWriter::Progress ResponseWriter::step(Transport& transport) {
  const bool has_text = text_sent_ < text_.size();
  if (std::holds_alternative<std::monostate>(current_)) {
    if (source_) {
      // The head leaves with the first chunk, or alone while there is none.
      const Progress pulled = pullNext();
      if (pulled == Progress::kFailed) return pulled;
      if (pulled == Progress::kWaiting) {
        if (!has_text) return pulled;
        const Progress sent = sendBytes(transport);
        return sent == Progress::kMore ? Progress::kMore : sent;
      }
      return Progress::kMore;
    }
    return has_text ? sendBytes(transport) : Progress::kDone;
  }
  if (auto* range = std::get_if<http::FileRange>(&current_); range && !has_text) {
    return sendFileRange(transport, *range);
  }
  return sendBytes(transport);
}

// Sends text_ and, with it, a current slice.
ResponseWriter::Progress ResponseWriter::sendBytes(Transport& transport) {
  std::array<iovec, 2> parts{};
  std::size_t count = 0;
  if (text_sent_ < text_.size()) {
    parts[count++] = {text_.data() + text_sent_, text_.size() - text_sent_};
  }
  auto* slice = std::get_if<Slice>(&current_);
  if (slice) {
    parts[count++] = {const_cast<std::byte*>(slice->bytes().data()),
                      slice->size()};  // NOLINT: only read
  }
  const bool more = std::holds_alternative<http::FileRange>(current_);
  const Io io = transport.write(std::span(parts).first(count), more);
  if (io.state != Io::State::kDone) return progressOf(io.state);
  begun_ = true;
  bytes_ += io.bytes;
  std::size_t moved = io.bytes;
  consumeText(moved);
  if (slice && moved > 0) {
    body_bytes_ += moved;
    *slice = slice->part(moved, slice->size() - moved);
    if (slice->empty()) current_ = std::monostate{};
  }
  return Progress::kMore;
}

void ResponseWriter::consumeText(std::size_t& moved) {
  const std::size_t of_text = std::min(moved, text_.size() - text_sent_);
  text_sent_ += of_text;
  moved -= of_text;
  if (text_sent_ == text_.size()) {
    text_.clear();
    text_sent_ = 0;
  }
}

ResponseWriter::Progress ResponseWriter::sendFileRange(Transport& transport,
                                                       http::FileRange& range) {
  const Io io = transport.sendFile(range.file->get(), range.offset,
                                   static_cast<std::size_t>(std::min(range.length, kPieceBytes)));
  if (io.state != Io::State::kDone) return progressOf(io.state);
  bytes_ += io.bytes;
  body_bytes_ += io.bytes;
  range.offset += io.bytes;
  range.length -= io.bytes;
  if (range.length == 0) current_ = std::monostate{};
  return Progress::kMore;
}

ResponseWriter::Progress ResponseWriter::pullNext() {
  if (source_left_ == 0) {
    source_.reset();
    return Progress::kMore;
  }
  http::Pulled pulled = source_->pull(source_left_);
  switch (pulled.state) {
    case http::Pulled::State::kWait:
      return Progress::kWaiting;
    case http::Pulled::State::kAbort:
      return Progress::kFailed;
    case http::Pulled::State::kEnd:
      return endOfStream();
    case http::Pulled::State::kReady:
      break;
  }
  return takeChunk(std::move(pulled)) ? Progress::kMore : Progress::kFailed;
}

bool ResponseWriter::takeChunk(http::Pulled pulled) {
  std::uint64_t length = 0;
  if (auto* slice = std::get_if<Slice>(&pulled.chunk)) {
    length = slice->size();
    current_ = std::move(*slice);
  } else {
    auto& range = std::get<http::FileRange>(pulled.chunk);
    length = range.length;
    current_ = std::move(range);
  }
  if (length == 0 || length > source_left_) return false;  // a source that breaks its contract
  if (framing_ == http::Framing::Kind::kChunked) {
    if (after_chunk_) text_ += http::kChunkEnd;
    http::appendChunkHeader(text_, length);
    after_chunk_ = true;
  } else {
    source_left_ -= length;
  }
  return true;
}

ResponseWriter::Progress ResponseWriter::endOfStream() {
  source_.reset();
  if (framing_ == http::Framing::Kind::kLength) return Progress::kFailed;  // shorter than promised
  if (framing_ == http::Framing::Kind::kChunked) {
    if (after_chunk_) text_ += http::kChunkEnd;
    text_ += http::kLastChunk;
  }
  return Progress::kMore;
}

ResponseWriter::Progress ResponseWriter::progressOf(Io::State state) {
  switch (state) {
    case Io::State::kWantWrite:
      return Progress::kWantWrite;
    case Io::State::kWantRead:
      return Progress::kWantRead;
    default:
      return Progress::kFailed;
  }
}

}  // namespace glint::net
