// One transfer of the client. Internal to the client.
//
// libcurl's callbacks only record what came (a head, slices of the body); deliver() hands it to the
// sink afterwards, when libcurl is not on the stack. So a sink may do to the transfer whatever it
// likes, and bytes leave in blocks instead of libcurl's 16 KiB.
//
//   kWaiting -> kSending -> kAwaitingHead -> kReceiving -> kDone
//
// kWaiting: in line for a connection, or connecting. A request without a body skips kSending. An
// early answer leads from kSending to kReceiving.
//
// Threads: the client's loop.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include <curl/curl.h>

#include "base/handle.h"
#include "net/client.h"
#include "net/client_head.h"
#include "net/client_upload.h"

namespace glint::net {

using CurlEasyPtr = UniqueHandle<CURL, curl_easy_cleanup>;
using CurlListPtr = UniqueHandle<curl_slist, curl_slist_free_all>;

class CurlTransfer;

// What a transfer needs of its client.
class TransferOwner {
 public:
  virtual void serveSoon(CurlTransfer& transfer) = 0;  // deliver() and friends, from the loop
  virtual void release(CurlTransfer& transfer) = 0;    // cancelled: forget it
  virtual void deadlineMoved(std::chrono::steady_clock::time_point deadline) = 0;

 protected:
  ~TransferOwner() = default;
};

class CurlTransfer : public std::enable_shared_from_this<CurlTransfer> {
 public:
  using Clock = std::chrono::steady_clock;

  CurlTransfer(TransferOwner& owner, const ClientOptions& options, ClientRequest request,
               std::shared_ptr<ResponseSink> sink);

  // For the handle that the caller of start() holds.
  void cancel();
  void resume();

  // For the client.
  Status launch(CurlEasyPtr easy, CURLM* multi);
  // libcurl is through with it; the handle can be used again.
  CurlEasyPtr complete(CURLcode result, CURLM* multi);
  CurlEasyPtr fail(Error error, CURLM* multi);
  // Hands over what came. True: the sink has been told the end.
  bool deliver();
  void applyPauses();
  Clock::time_point deadline() const;
  CurlEasyPtr expire(CURLM* multi);  // its deadline has passed
  CurlEasyPtr detach(CURLM* multi);
  void orphan() { owner_ = nullptr; }
  bool launched() const { return easy_ != nullptr || phase_ != Phase::kWaiting; }
  bool over() const { return over_; }

  bool queued = false;  // the client's mark: in line for serving

 private:
  enum class Phase : std::uint8_t { kWaiting, kSending, kAwaitingHead, kReceiving, kDone };

  static int onPrerequest(void* self, char*, char*, int, int) noexcept;
  static std::size_t onHeader(char* text, std::size_t size, std::size_t count, void* self) noexcept;
  static std::size_t onWrite(char* bytes, std::size_t size, std::size_t count, void* self) noexcept;
  static std::size_t onRead(char* into, std::size_t size, std::size_t count, void* self) noexcept;
  static int onSeek(void* self, curl_off_t offset, int origin) noexcept;
  static curl_socket_t onOpenSocket(void* self, curlsocktype purpose,
                                    curl_sockaddr* address) noexcept;

  Status applyRequest();
  Status applyTransport();
  Status applyMethodAndBody();
  Status applyHeaders();

  void enter(Phase phase);
  void progress(std::size_t bytes);
  void collect(std::span<const std::byte> bytes);
  void flushBlock();
  bool paused() const { return sink_paused_ || recv_paused_ || send_paused_; }
  bool hasEnded() const { return phase_ == Phase::kDone; }
  Error errorOf(CURLcode result) const;
  Error timeoutError() const;
  std::string what(const std::string& problem) const;
  void restartRate();
  void serveSoon();

  TransferOwner* owner_;  // nullptr: the client is gone
  const ClientOptions& options_;
  ClientRequest request_;
  UploadFeed upload_;
  std::shared_ptr<ResponseSink> sink_;
  const std::string name_;  // "GET http://host/path", for messages

  CurlEasyPtr easy_;
  CurlListPtr headers_;
  std::array<char, CURL_ERROR_SIZE> error_text_{};
  Phase phase_ = Phase::kWaiting;
  std::optional<Error> failure_;  // found by a callback, or the final one
  bool over_ = false;             // nothing will be said to the sink any more

  // Response
  ResponseHeadParser head_;
  bool head_due_ = false;  // complete, not handed over yet
  std::shared_ptr<Block> block_;
  std::size_t block_used_ = 0;
  std::deque<Slice> waiting_;
  std::uint64_t waiting_bytes_ = 0;

  // Pauses: what the sink wants, what libcurl was told.
  bool sink_paused_ = false;
  bool resumed_ = false;  // resume() came while the sink was being called
  bool recv_paused_ = false;
  bool send_paused_ = false;
  bool woken_ = false;  // the source has bytes again

  Clock::time_point started_ = Clock::now();
  Clock::time_point mark_ = started_;  // when the phase began, or the rate was last good
  std::uint64_t mark_bytes_ = 0;       // moved since
};

}  // namespace glint::net
