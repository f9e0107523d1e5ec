// HTTP/1.1 client on an event loop: libcurl multi, connections reused, bodies streamed both ways.
//
// Threads: one Client per loop, used on that loop only (create() and the destructor may run before
// and after the loop). `CURL` types stay in client*.cc.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/body.h"
#include "http/message.h"

namespace glint::net {

class EventLoop;

struct ClientOptions {
  std::chrono::milliseconds connect_timeout{2000};
  std::chrono::milliseconds first_byte_timeout{
      30000};  // from the request sent to the response head
  std::chrono::milliseconds stall_timeout{
      30000};  // a body slower than stall_bytes_per_second for that long
  std::uint64_t stall_bytes_per_second = 1024;
  std::uint32_t max_connections = 256;  // per host; more wait in line
  std::string ca_file = {};             // empty: the system's
  std::string certificate_file = {};    // client certificate and key (PEM); empty: none
  std::string key_file = {};
  bool verify_peer = true;                     // false: any certificate is taken
  std::uint32_t max_header_bytes = 64 * 1024;  // of a response; more is a protocol error
  std::uint32_t max_headers = 256;
  std::uint32_t receive_buffer_bytes = 512 * 1024;  // read at once per transfer; 16 KiB … 512 KiB
  // Whether a connection may be made to this numeric address; asked on the loop, each time, with
  // the very address that is connected to. Empty: to any.
  std::function<bool(std::string_view address)> admits_address = {};
};

Status validate(const ClientOptions& options);

struct ClientRequest {
  http::Method method = http::Method::kGet;
  std::string method_token = {};  // kOther: the method as sent
  // Absolute, http or https, without user:password. Redirects are not followed.
  std::string url = {};
  // Framing and connection fields (Content-Length, Transfer-Encoding, Connection, Expect, …) among
  // them are dropped: the body and the client decide them. Nothing is added but Host.
  http::HeaderMap headers = {};
  http::Body body = {};  // a Stream without length is sent chunked
  // Of the whole exchange; for small requests.
  std::optional<std::chrono::milliseconds> total_timeout = {};
  // Instead of the client's own, e.g. for a long poll.
  std::optional<std::chrono::milliseconds> first_byte_timeout = {};
};

// Receives a response: onHead once, then data, then onEnd or onAbort. After Transfer::cancel()
// nothing is called. 1xx responses are swallowed, trailer fields dropped, content codings left as
// they are. Every callback may cancel, resume or destroy the transfer and start others. After a
// kPause nothing follows until resume(), not even the end; only a passed total_timeout does.
// onAbort codes: kTimeout; kUpstream (connect, reset, short body, protocol); kInvalidArgument (the
// request itself: bad URL or field, or its body's source aborted or ended short); kCancelled never.
class ResponseSink : public http::BodySink {
 public:
  virtual void onHead(http::ResponseHead head) = 0;
};

class Transfer {
 public:
  virtual ~Transfer() = default;  // destroying cancels
  virtual void cancel() = 0;
  virtual void resume() = 0;  // after the sink answered kPause
};

class Client {
 public:
  static Result<std::unique_ptr<Client>> create(EventLoop& loop, const ClientOptions& options);
  // Cancels what runs. Not from within a callback of this client.
  virtual ~Client() = default;

  // Never fails at once: errors arrive as onAbort, never before start() has returned.
  virtual std::unique_ptr<Transfer> start(ClientRequest request,
                                          std::shared_ptr<ResponseSink> sink) = 0;
};

// A small request with its whole answer collected (at most `limit_bytes`, else kTooLarge). Not done
// any more once the returned transfer is destroyed; `done` may destroy it.
struct FetchedResponse {
  http::ResponseHead head;
  std::string body;
};
std::unique_ptr<Transfer> fetch(Client& client, ClientRequest request, std::uint64_t limit_bytes,
                                std::function<void(Result<FetchedResponse>)> done);

// The same for command lines and workers: blocks the caller. Not on a loop thread.
Result<FetchedResponse> fetchBlocking(const ClientOptions& options, const ClientRequest& request,
                                      std::uint64_t limit_bytes);

}  // namespace glint::net
