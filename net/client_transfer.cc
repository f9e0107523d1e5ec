#include "net/client_transfer.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "http/method.h"

namespace glint::net {
namespace {

// A block is handed over as it is when at least this much of it is used; less is copied out, so
// that a few bytes which somebody keeps do not keep 256 KiB.
constexpr std::size_t kWorthABlock = 64 * 1024;

// For messages: without query, fragment and credentials.
std::string describe(const ClientRequest& request) {
  std::string_view url = request.url;
  url = url.substr(0, url.find_first_of("?#"));
  const auto authority = url.find("//");
  const auto begin = authority == std::string_view::npos ? 0 : authority + 2;
  const auto end = std::min(url.find('/', begin), url.size());
  const auto at = url.substr(0, end).rfind('@');
  std::string text(request.method == http::Method::kOther ? request.method_token
                                                          : http::toString(request.method));
  text += ' ';
  if (at != std::string_view::npos && at >= begin) {
    text.append(url.substr(0, begin)).append(url.substr(at + 1));
  } else {
    text.append(url);
  }
  return text;
}

bool isTimeout(CURLcode result) { return result == CURLE_OPERATION_TIMEDOUT; }

bool isCallersFault(CURLcode result) {
  return result == CURLE_URL_MALFORMAT || result == CURLE_UNSUPPORTED_PROTOCOL ||
         result == CURLE_LOGIN_DENIED;
}

std::string inMilliseconds(std::chrono::milliseconds span) {
  return std::to_string(span.count()) + " ms";
}

}  // namespace

CurlTransfer::CurlTransfer(TransferOwner& owner, const ClientOptions& options,
                           ClientRequest request, std::shared_ptr<ResponseSink> sink)
    : owner_(&owner),
      options_(options),
      request_(std::move(request)),
      upload_(std::move(request_.body)),
      sink_(std::move(sink)),
      name_(describe(request_)),
      head_(options.max_header_bytes, options.max_headers) {}

// ---- what the caller wants

void CurlTransfer::cancel() {
  if (over_) return;
  over_ = true;
  const auto self = shared_from_this();
  const auto sink = std::move(sink_);
  if (owner_) owner_->release(*this);
}

void CurlTransfer::resume() {
  if (over_) return;
  resumed_ = true;
  if (!sink_paused_) return;
  sink_paused_ = false;
  restartRate();
  serveSoon();
}

void CurlTransfer::serveSoon() {
  if (owner_) owner_->serveSoon(*this);
}

// ---- the course of a transfer

Status CurlTransfer::launch(CurlEasyPtr easy, CURLM* multi) {
  easy_ = std::move(easy);
  if (auto applied = applyRequest(); !applied) return failWith(name_, applied.error());
  upload_.setWake([weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self || self->over_) return;
    self->woken_ = true;
    if (self->send_paused_) self->serveSoon();
  });
  if (const CURLMcode added = curl_multi_add_handle(multi, easy_.get()); added != CURLM_OK) {
    return glint::fail(ErrorCode::kInternal, what(curl_multi_strerror(added)));
  }
  if (owner_) owner_->deadlineMoved(deadline());
  return {};
}

void CurlTransfer::enter(Phase phase) {
  phase_ = phase;
  restartRate();
}

void CurlTransfer::restartRate() {
  mark_ = Clock::now();
  mark_bytes_ = 0;
  if (owner_) owner_->deadlineMoved(deadline());
}

// The rate is good when the bytes due within a whole stall_timeout came within less.
void CurlTransfer::progress(std::size_t bytes) {
  mark_bytes_ += bytes;
  const auto span = static_cast<std::uint64_t>(options_.stall_timeout.count());
  if (mark_bytes_ * 1000 >= options_.stall_bytes_per_second * span) {
    mark_ = Clock::now();
    mark_bytes_ = 0;
  }
}

CurlTransfer::Clock::time_point CurlTransfer::deadline() const {
  auto at = Clock::time_point::max();
  if (over_) return at;
  if (request_.total_timeout) at = started_ + *request_.total_timeout;
  switch (phase_) {
    case Phase::kSending:
    case Phase::kReceiving:
      if (!paused()) at = std::min(at, mark_ + options_.stall_timeout);
      break;
    case Phase::kAwaitingHead:
      at = std::min(at, mark_ + request_.first_byte_timeout.value_or(options_.first_byte_timeout));
      break;
    case Phase::kWaiting:  // libcurl watches over connecting
    case Phase::kDone:
      break;
  }
  return at;
}

CurlEasyPtr CurlTransfer::expire(CURLM* multi) {
  // Only a total timeout passes while the sink holds things up; then the rest is not wanted.
  if (request_.total_timeout && Clock::now() >= started_ + *request_.total_timeout) {
    sink_paused_ = false;
    waiting_.clear();
    block_.reset();
    block_used_ = 0;
  }
  return fail(timeoutError(), multi);
}

Error CurlTransfer::timeoutError() const {
  if (request_.total_timeout && Clock::now() >= started_ + *request_.total_timeout) {
    return {ErrorCode::kTimeout,
            what("not finished within " + inMilliseconds(*request_.total_timeout))};
  }
  if (phase_ == Phase::kAwaitingHead) {
    const auto allowed = request_.first_byte_timeout.value_or(options_.first_byte_timeout);
    return {ErrorCode::kTimeout, what("no response head within " + inMilliseconds(allowed))};
  }
  const char* direction = phase_ == Phase::kSending ? "request" : "response";
  return {ErrorCode::kTimeout, what(std::string(direction) + " body stalled for " +
                                    inMilliseconds(options_.stall_timeout))};
}

CurlEasyPtr CurlTransfer::fail(Error error, CURLM* multi) {
  if (hasEnded()) {  // the whole answer is here, but the sink did not take it in time
    failure_ = std::move(error);
    return {};
  }
  auto easy = detach(multi);
  failure_ = std::move(error);
  return easy;
}

CurlEasyPtr CurlTransfer::complete(CURLcode result, CURLM* multi) {
  if (!failure_ && (result != CURLE_OK || !head_.complete())) failure_ = errorOf(result);
  return detach(multi);
}

// Takes libcurl's handle back, clean for the next transfer.
CurlEasyPtr CurlTransfer::detach(CURLM* multi) {
  if (easy_) curl_multi_remove_handle(multi, easy_.get());
  phase_ = Phase::kDone;
  recv_paused_ = send_paused_ = false;
  upload_.drop();
  if (easy_) curl_easy_reset(easy_.get());  // forgets the pointers to this transfer
  headers_.reset();
  return std::move(easy_);
}

std::string CurlTransfer::what(const std::string& problem) const { return name_ + ": " + problem; }

Error CurlTransfer::errorOf(CURLcode result) const {
  if (result == CURLE_OK) return {ErrorCode::kUpstream, what("no response")};
  long os_errno = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_OS_ERRNO, &os_errno);
  const std::string reason = error_text_[0] ? error_text_.data() : curl_easy_strerror(result);
  const ErrorCode code = isTimeout(result) ? ErrorCode::kTimeout
                         : phase_ == Phase::kWaiting && isCallersFault(result)
                             ? ErrorCode::kInvalidArgument
                             : ErrorCode::kUpstream;
  return {code, what(reason), static_cast<int>(os_errno)};
}

// ---- towards the sink

bool CurlTransfer::deliver() {
  if (over_) return true;
  const auto sink = sink_;  // the sink may drop the transfer within each call
  if (std::exchange(head_due_, false)) {
    sink->onHead(head_.take());
    if (over_) return true;
  }
  flushBlock();
  while (!sink_paused_ && !waiting_.empty()) {
    Slice slice = std::move(waiting_.front());
    waiting_.pop_front();
    waiting_bytes_ -= slice.size();
    resumed_ = false;
    const http::Flow flow = sink->onData(std::move(slice));
    if (over_) return true;
    sink_paused_ = flow == http::Flow::kPause && !resumed_;
  }
  if (!hasEnded() || sink_paused_) return false;
  over_ = true;
  sink_.reset();
  if (failure_) {
    sink->onAbort(*failure_);
  } else {
    sink->onEnd();
  }
  return true;
}

void CurlTransfer::applyPauses() {
  if (!easy_ || over_ || hasEnded()) return;
  const bool hold = sink_paused_ && phase_ == Phase::kReceiving;
  // After a final answer libcurl reads no more of the body, but it waits for a paused one.
  const bool answered_early = head_.complete() && send_paused_;
  const bool pause_send = send_paused_ && !woken_ && !answered_early;
  if (hold == recv_paused_ && pause_send == send_paused_) return;
  const bool was_paused = paused();
  recv_paused_ = hold;
  send_paused_ = pause_send;
  if (was_paused && !paused()) restartRate();
  curl_easy_pause(easy_.get(), (hold ? CURLPAUSE_RECV : 0) | (pause_send ? CURLPAUSE_SEND : 0));
}

// ---- libcurl's callbacks: they record, and call nobody but the body's source

int CurlTransfer::onPrerequest(void* self, char* /*local*/, char* /*remote*/, int /*local_port*/,
                               int /*remote_port*/) noexcept {
  auto* transfer = static_cast<CurlTransfer*>(self);
  transfer->enter(transfer->upload_.complete() ? Phase::kAwaitingHead : Phase::kSending);
  return CURL_PREREQFUNC_OK;
}

std::size_t CurlTransfer::onHeader(char* text, std::size_t size, std::size_t count,
                                   void* self) noexcept {
  auto* transfer = static_cast<CurlTransfer*>(self);
  const auto line = transfer->head_.line({text, size * count});
  if (!line) {
    transfer->failure_ = Error{line.error().code, transfer->what(line.error().message)};
    return 0;
  }
  if (*line == ResponseHeadParser::Progress::kComplete) {
    transfer->head_due_ = true;
    transfer->enter(Phase::kReceiving);
    transfer->serveSoon();
  }
  return size * count;
}

std::size_t CurlTransfer::onWrite(char* bytes, std::size_t size, std::size_t count,
                                  void* self) noexcept {
  auto* transfer = static_cast<CurlTransfer*>(self);
  const std::size_t length = size * count;
  if (transfer->sink_paused_ ||
      transfer->waiting_bytes_ + transfer->block_used_ >= transfer->options_.receive_buffer_bytes) {
    transfer->recv_paused_ = true;  // applyPauses() lifts it once there is room
    transfer->serveSoon();
    return CURL_WRITEFUNC_PAUSE;
  }
  transfer->collect(std::as_bytes(std::span(bytes, length)));
  transfer->progress(length);
  transfer->serveSoon();
  return length;
}

void CurlTransfer::collect(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    if (!block_) block_ = takeBlock();
    const std::size_t count = std::min(bytes.size(), kBlockBytes - block_used_);
    std::memcpy(block_->bytes.data() + block_used_, bytes.data(), count);
    block_used_ += count;
    bytes = bytes.subspan(count);
    if (block_used_ == kBlockBytes) flushBlock();
  }
}

void CurlTransfer::flushBlock() {
  if (block_used_ == 0) return;
  const std::span<const std::byte> used(block_->bytes.data(), block_used_);
  waiting_.push_back(block_used_ < kWorthABlock ? Slice::copyOf(used) : Slice(block_, used));
  waiting_bytes_ += block_used_;
  block_.reset();
  block_used_ = 0;
}

std::size_t CurlTransfer::onRead(char* into, std::size_t size, std::size_t count,
                                 void* self) noexcept {
  auto* transfer = static_cast<CurlTransfer*>(self);
  transfer->woken_ = false;
  const auto piece = transfer->upload_.fill({into, size * count});
  if (transfer->over_) return CURL_READFUNC_ABORT;  // cancelled by the source
  switch (piece.outcome) {
    case UploadFeed::Outcome::kWait:
      transfer->send_paused_ = true;
      if (transfer->woken_) transfer->serveSoon();
      return CURL_READFUNC_PAUSE;
    case UploadFeed::Outcome::kFailed:
      transfer->failure_ =
          Error{transfer->upload_.error().code, transfer->what(transfer->upload_.error().message)};
      return CURL_READFUNC_ABORT;
    case UploadFeed::Outcome::kBytes:
    case UploadFeed::Outcome::kEnd:
      break;
  }
  transfer->progress(piece.bytes);
  if (transfer->upload_.complete() && transfer->phase_ == Phase::kSending) {
    transfer->enter(Phase::kAwaitingHead);
  }
  return piece.bytes;
}

curl_socket_t CurlTransfer::onOpenSocket(void* self, curlsocktype /*purpose*/,
                                         curl_sockaddr* address) noexcept {
  const auto& admits = static_cast<CurlTransfer*>(self)->options_.admits_address;
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* bytes = nullptr;
  if (address->family == AF_INET)
    bytes = &reinterpret_cast<const sockaddr_in*>(&address->addr)->sin_addr;
  if (address->family == AF_INET6)
    bytes = &reinterpret_cast<const sockaddr_in6*>(&address->addr)->sin6_addr;
  const char* numeric =
      bytes == nullptr ? nullptr : ::inet_ntop(address->family, bytes, text.data(), text.size());
  if (numeric == nullptr || !admits(numeric)) return CURL_SOCKET_BAD;
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

int CurlTransfer::onSeek(void* self, curl_off_t offset, int origin) noexcept {
  auto* transfer = static_cast<CurlTransfer*>(self);
  if (offset != 0 || origin != SEEK_SET || !transfer->upload_.rewind()) return CURL_SEEKFUNC_FAIL;
  return CURL_SEEKFUNC_OK;
}

}  // namespace glint::net
