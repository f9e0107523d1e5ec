#include "net/connection.h"

#include <sys/socket.h>

#include <algorithm>

#include <event2/event.h>

#include "base/log.h"
#include "base/strings.h"
#include "http/status.h"
#include "net/connection_exchange.h"
#include "net/event_loop.h"
#include "net/loop_context.h"
#include "net/observer.h"

namespace glint::net {
namespace {

constexpr std::size_t kHeadReadBytes =
    16 * 1024;  // bounds what a pipelining client can leave with us
constexpr std::size_t kMinBlockRoom = 16 * 1024;
constexpr std::uint64_t kDiscardBytes =
    1ull << 20;  // of an unwanted body, to keep the connection usable
constexpr int kReadsPerTurn = 8;
constexpr std::chrono::seconds kLingerTime{10};

}  // namespace

Connection::Connection(LoopContext& context, UniqueFd socket, std::unique_ptr<Transport> transport,
                       Peer peer)
    : context_(context),
      socket_(std::move(socket)),
      transport_(std::move(transport)),
      peer_(std::move(peer)),
      decoder_(http::DecoderLimits{.max_head_bytes = context.shared.options.max_header_bytes,
                                   .max_headers = context.shared.options.max_headers}),
      deadline_(Clock::now() + context.shared.options.header_timeout) {}

Connection::~Connection() = default;

bool Connection::begin() {
  event_base* base = context_.loop.native();
  read_event_.reset(
      event_new(base, socket_.get(), EV_READ | EV_PERSIST, &Connection::readable, this));
  write_event_.reset(
      event_new(base, socket_.get(), EV_WRITE | EV_PERSIST, &Connection::writable, this));
  if (!read_event_ || !write_event_) return false;
  context_.connections.insert(shared_from_this());
  updateReading();
  return true;
}

// One of the two places where an exception is stopped: a handler that throws loses its connection,
// nothing more.
void Connection::readable(int /*fd*/, short /*what*/, void* self) noexcept {
  const auto connection = static_cast<Connection*>(self)->shared_from_this();
  try {
    connection->onReadable();
  } catch (const std::exception& problem) {
    log::error("unexpected_exception", {{"where", "connection"}, {"error", problem.what()}});
    connection->close();
  }
}

void Connection::writable(int /*fd*/, short /*what*/, void* self) noexcept {
  const auto connection = static_cast<Connection*>(self)->shared_from_this();
  try {
    connection->onWritable();
  } catch (const std::exception& problem) {
    log::error("unexpected_exception", {{"where", "connection"}, {"error", problem.what()}});
    connection->close();
  }
}

void Connection::onReadable() {
  readSome();
  // A TLS write may have waited for this read.
  if (state_ != State::kClosed && writer_.active() && transport_->secure()) flush();
}

void Connection::onWritable() {
  if (std::exchange(read_wants_write_, false)) readSome();
  if (state_ == State::kClosed) return;
  if (writer_.active()) {
    flush();
  } else {
    armWrite(false);
  }
}

// ---- reading

bool Connection::bodyFlowing() const {
  if (!exchange_) return true;  // discarding
  return exchange_->receiving() ? !exchange_->paused() : exchange_->bodyWanted();
}

bool Connection::mayDecode() const {
  switch (state_) {
    case State::kIdle:
    case State::kHead:
      return true;
    case State::kBody:
      return bodyFlowing();
    default:
      return false;
  }
}

bool Connection::wantsInput() const {
  if (input_ended_ || !input_.empty() || state_ == State::kClosed) return false;
  return state_ != State::kBody || bodyFlowing();
}

void Connection::updateReading() {
  if (state_ == State::kClosed) return;
  const bool wanted = wantsInput();
  if (wanted != read_armed_) {
    read_armed_ = wanted;
    if (wanted) {
      event_add(read_event_.get(), nullptr);
    } else {
      event_del(read_event_.get());
    }
  }
  if (wanted && transport_->hasBuffered()) event_active(read_event_.get(), EV_READ, 0);
}

std::span<std::byte> Connection::readSpace() {
  if (state_ == State::kBody && exchange_) {
    if (!body_block_ || kBlockBytes - body_block_used_ < kMinBlockRoom) {
      body_block_ = takeBlock();
      body_block_used_ = 0;
    }
    return std::span(body_block_->bytes).subspan(body_block_used_);
  }
  const bool dropping = state_ == State::kBody || state_ == State::kLingering;
  return std::span(context_.scratch->bytes).first(dropping ? kBlockBytes : kHeadReadBytes);
}

Slice Connection::claim(std::size_t bytes) {
  if (state_ == State::kBody && exchange_) {
    const auto got = std::span(body_block_->bytes).subspan(body_block_used_, bytes);
    body_block_used_ += bytes;
    return {body_block_, got};
  }
  return {nullptr, std::span(context_.scratch->bytes).first(bytes)};  // not owned: see process()
}

void Connection::readSome() {
  for (int turn = 0; turn < kReadsPerTurn && wantsInput(); ++turn) {
    const auto space = readSpace();
    const Io io = transport_->read(space);
    if (io.state == Io::State::kWantRead) break;
    if (io.state == Io::State::kWantWrite) {
      read_wants_write_ = true;
      armWrite(true);
      break;
    }
    if (io.state == Io::State::kClosed) {
      onEndOfInput();
      break;
    }
    if (io.state == Io::State::kFailed) {
      if (peer_.tls && received_bytes_ == 0) context_.shared.observer.onConnectionRefused("tls");
      close();
      return;
    }
    received_bytes_ += io.bytes;
    if (state_ == State::kLingering) continue;
    input_ = claim(io.bytes);
    process();
    if (io.bytes < space.size() && !transport_->hasBuffered()) break;
  }
  updateReading();
}

void Connection::process() {
  if (processing_) return;  // called from within a handler: the loop below goes on
  const auto self = shared_from_this();
  processing_ = true;
  while (mayDecode()) {
    const auto event = decoder_.next(input_.bytes());
    const auto body = event.body;
    const Slice before = input_;
    input_ = input_.part(event.consumed, input_.size());
    using Kind = http::RequestDecoder::Event::Kind;
    if (event.kind == Kind::kNeedMore) break;
    if (event.kind == Kind::kHead) onHead();
    if (event.kind == Kind::kBody) onBodyBytes(body);
    if (event.kind == Kind::kEnd) onRequestEnd();
    if (event.kind == Kind::kError) onDecodeError();
  }
  processing_ = false;
  if (state_ == State::kClosed) return;
  if (state_ == State::kIdle && !decoder_.idle()) {
    state_ = State::kHead;
    deadline_ = Clock::now() + context_.shared.options.header_timeout;
  }
  // What stays must not lie in the loop's scratch.
  if (!input_.empty() && !input_.owned()) input_ = Slice::copyOf(input_.bytes());
  updateReading();
}

void Connection::onHead() {
  http::RequestHead head = decoder_.takeHead();
  if (peer_.tls && peer_.tls_subject.empty()) peer_.tls_subject = transport_->peerSubject();
  const bool has_body = head.hasBody();
  exchange_ = std::make_shared<ConnectionExchange>(*this, context_.loop, std::move(head), peer_);
  state_ = State::kBody;
  discarded_ = 0;
  restartRate();
  if (!has_body) {
    const auto end = decoder_.next(input_.bytes());
    if (end.kind != http::RequestDecoder::Event::Kind::kEnd) return onDecodeError();
    input_ = input_.part(end.consumed, input_.size());
    state_ = State::kReceived;
  }
  const auto exchange = exchange_;  // the handler may end it
  context_.handler->handle(exchange);
}

void Connection::onBodyBytes(std::span<const std::byte> bytes) {
  if (exchange_ && exchange_->receiving()) {
    // In a body block the bytes are shared as they lie; those that came with the head are copied
    // out.
    const auto* begin = body_block_ ? body_block_->bytes.data() : nullptr;
    const bool in_block = begin && bytes.data() >= begin && bytes.data() < begin + kBlockBytes;
    exchange_->deliver(in_block ? Slice(body_block_, bytes) : Slice::copyOf(bytes));
    return;
  }
  discarded_ += bytes.size();
  if (discarded_ > kDiscardBytes && !writer_.active()) beginLingering();
}

void Connection::onRequestEnd() {
  state_ = State::kReceived;
  body_block_.reset();
  if (exchange_) {
    exchange_->deliverEnd();
  } else if (!writer_.active()) {
    nextRequest();  // the response went out before the body had come
  }
}

void Connection::onEndOfInput() {
  input_ended_ = true;
  switch (state_) {
    case State::kBody:
      if (exchange_) exchange_->deliverAbort({ErrorCode::kCancelled, "the client went away"});
      close();
      break;
    case State::kReceived:
      close_after_ = true;
      break;  // a half-closed client still gets its answer
    default:
      close();
      break;
  }
}

void Connection::onDecodeError() {
  const http::DecodeError& error = decoder_.error();
  if (!exchange_) return refuse(error.status, error.reason, "bad_request");
  context_.shared.observer.onConnectionRefused("bad_request");
  const auto exchange = exchange_;
  input_ = Slice();
  input_ended_ = true;
  close_after_ = true;
  state_ = State::kReceived;
  if (exchange->receiving()) {
    exchange->deliverAbort(
        {ErrorCode::kInvalidArgument, std::string("request body: ") + error.reason});
  } else if (!exchange->responded()) {
    close();
  }
}

// ---- what the exchange asks for

void Connection::startBody() {
  if (exchange_->request().expect_continue && state_ == State::kBody) {
    const std::string_view text = http::kContinueResponse;
    const iovec part{const_cast<char*>(text.data()), text.size()};  // NOLINT: only read
    const Io io = transport_->write({&part, 1}, false);
    if (io.state != Io::State::kDone || io.bytes != text.size()) return close();
  }
  resumeBody();
}

void Connection::resumeBody() {
  restartRate();
  process();
  updateReading();
}

http::Framing Connection::framingOf(const http::Response& response) const {
  using Kind = http::Framing::Kind;
  const http::RequestHead& request = exchange_->request();
  http::Framing framing{.keep_alive = true, .http_1_0_client = request.version_minor == 0};
  if (http::isBodiless(response.status)) {
    framing.kind = Kind::kNone;
  } else if (const auto* bytes = std::get_if<std::string>(&response.body)) {
    framing.length = bytes->size();
  } else if (const auto* range = std::get_if<http::FileRange>(&response.body)) {
    framing.length = range->length;
  } else if (const auto* stream = std::get_if<http::Stream>(&response.body)) {
    framing.length = stream->length.value_or(0);
    if (!stream->length) framing.kind = framing.http_1_0_client ? Kind::kClose : Kind::kChunked;
  } else if (request.method == http::Method::kHead) {
    // What a GET would have brought is known to the handler alone (RFC 9110 §9.3.2).
    framing.length =
        parseInteger<std::uint64_t>(response.headers.get("content-length").value_or(""))
            .value_or(0);
  }
  return framing;
}

bool Connection::mustCloseAfter(const http::Response& response) const {
  const http::RequestHead& request = exchange_->request();
  if (response.close || !request.keep_alive || draining_ || close_after_) return true;
  if (state_ != State::kBody) return false;
  // The rest of the request's body would have to be read and dropped first.
  if (request.expect_continue && !exchange_->bodyWanted()) return true;
  return request.chunked || request.content_length.value_or(0) > kDiscardBytes;
}

void Connection::startResponse(http::Response& response) {
  http::Framing framing = framingOf(response);
  close_after_ = framing.kind == http::Framing::Kind::kClose || mustCloseAfter(response);
  framing.keep_alive = !close_after_;
  write(response.status, response.headers, framing, std::move(response.body));
}

void Connection::write(int status, const http::HeaderMap& headers, http::Framing framing,
                       http::Body body) {
  std::string head;
  head.reserve(512);
  http::appendResponseHead(head, status, headers, framing, context_.date.now());
  const bool head_request = exchange_ && exchange_->request().method == http::Method::kHead;
  writer_.start(std::move(head), std::move(body),
                head_request ? http::Framing::Kind::kNone : framing.kind,
                [weak = weak_from_this()] {
                  if (const auto self = weak.lock()) self->flush();
                });
  flush();
}

// ---- writing

void Connection::armWrite(bool on) {
  if (on == write_armed_) return;
  write_armed_ = on;
  if (on) {
    event_add(write_event_.get(), nullptr);
  } else {
    event_del(write_event_.get());
  }
}

void Connection::flush() {
  if (flushing_) {
    flush_again_ = true;
    return;
  }
  if (state_ == State::kClosed || !writer_.active()) return;
  const auto self = shared_from_this();
  using Progress = ResponseWriter::Progress;
  Progress progress = Progress::kWaiting;
  flushing_ = true;
  do {
    flush_again_ = false;
    progress = writer_.flush(*transport_);
  } while (progress == Progress::kWaiting && flush_again_);
  flushing_ = false;
  if (state_ == State::kClosed) return;
  if (writer_.begun() && exchange_) exchange_->markFirstByte();
  // After a whole turn the socket may be just as full: whether it is, only time can tell.
  const bool waits = progress == Progress::kWantWrite || progress == Progress::kMore;
  const bool was_blocked = std::exchange(blocked_on_peer_, waits);
  if (blocked_on_peer_ && !was_blocked) restartRate();
  switch (progress) {
    case Progress::kDone:
      onResponseWritten();
      break;
    case Progress::kMore:
    case Progress::kWantWrite:
      armWrite(true);
      break;
    case Progress::kWantRead:
    case Progress::kWaiting:
      armWrite(read_wants_write_);
      break;
    case Progress::kFailed:
      close();
      break;
  }
}

void Connection::onResponseWritten() {
  armWrite(read_wants_write_);
  finishExchange(true);
  if (state_ == State::kClosed) return;
  if (close_after_ || draining_) {
    beginLingering();
  } else if (state_ == State::kReceived) {
    nextRequest();
  } else {
    process();  // drop the rest of the request's body
  }
}

void Connection::finishExchange(bool clean) {
  const std::uint64_t sent = writer_.bodyBytes();
  if (const auto exchange = std::exchange(exchange_, nullptr)) {
    exchange->finish(clean, sent, context_.shared.observer);
  }
}

void Connection::nextRequest() {
  if (draining_) return beginLingering();
  state_ = State::kIdle;
  body_block_.reset();
  deadline_ = Clock::now() + context_.shared.options.idle_timeout;
  process();
}

void Connection::beginLingering() {
  state_ = State::kLingering;
  input_ = Slice();
  body_block_.reset();
  deadline_ = Clock::now() + kLingerTime;
  transport_->shutdownWrite();
  if (input_ended_) return close();
  updateReading();
}

void Connection::refuse(int status, const char* message, const char* reason) {
  context_.shared.observer.onConnectionRefused(reason);
  input_ = Slice();
  state_ = State::kReceived;
  close_after_ = true;
  std::string text = std::to_string(status);
  text.append(" ").append(http::reasonPhrase(status)).append("\n\n").append(message).append("\n");
  http::HeaderMap headers;
  headers.add("Content-Type", "text/plain; charset=UTF-8");
  const http::Framing framing{.length = text.size(), .keep_alive = false};
  write(status, headers, framing, std::move(text));
}

// ---- time and end

void Connection::restartRate() {
  rate_since_ = Clock::now();
  rate_mark_ = received_bytes_ + writer_.bytes();
}

void Connection::sweep(Clock::time_point now) {
  const ServerOptions& options = context_.shared.options;
  switch (state_) {
    case State::kIdle:
    case State::kLingering:
      if (now >= deadline_) close();
      return;
    case State::kHead:
      if (now >= deadline_)
        refuse(408, "the request head did not arrive in time", "header_timeout");
      return;
    case State::kClosed:
      return;
    case State::kBody:
    case State::kReceived:
      break;
  }
  const bool receiving =
      state_ == State::kBody && exchange_ && exchange_->receiving() && bodyFlowing();
  if (!receiving && !blocked_on_peer_) return restartRate();
  const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(now - rate_since_);
  if (elapsed < options.stall_timeout) return;
  const std::uint64_t moved = received_bytes_ + writer_.bytes() - rate_mark_;
  if (moved * 1000 >=
      options.min_rate_bytes_per_second * static_cast<std::uint64_t>(elapsed.count())) {
    return restartRate();
  }
  context_.shared.observer.onConnectionRefused("stall");
  if (exchange_ && receiving)
    exchange_->deliverAbort({ErrorCode::kTimeout, "the request body stalled"});
  close();
}

void Connection::drain() {
  draining_ = true;
  if (state_ == State::kIdle) close();
}

void Connection::close() {
  if (state_ == State::kClosed) return;
  const auto self = shared_from_this();
  const bool cut = writer_.active();
  state_ = State::kClosed;
  read_event_.reset();
  write_event_.reset();
  if (cut) {
    // A reset, so that no client can take a body that ends with the connection for a complete one.
    const linger reset{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  }
  finishExchange(false);
  if (!flushing_) writer_.drop();
  context_.connections.erase(self);
  context_.shared.connections.fetch_sub(1);
  context_.shared.observer.onConnectionClosed();
}

}  // namespace glint::net
