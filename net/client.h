// HTTP/1.1 client on an event loop: libcurl multi, connections reused, bodies streamed both ways.
//
// Threads: one Client per loop, used on that loop only. `CURL` types stay in client.cc.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

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
  std::string ca_file;                  // empty: the system's
  std::string certificate_file;         // client certificate and key (PEM); empty: none
  std::string key_file;
};

struct ClientRequest {
  http::Method method = http::Method::kGet;
  std::string url;  // absolute, http or https; redirects are not followed
  http::HeaderMap headers;
  http::Body body;  // monostate, string or Stream (without length: chunked)
  std::optional<std::chrono::milliseconds> total_timeout;  // whole exchange; for small requests
};

// Receives a response: onHead once, then data, then onEnd or onAbort. After Transfer::cancel()
// nothing is called. 1xx responses are swallowed. onAbort codes: kTimeout, kUpstream (connect,
// reset, short body, protocol), kCancelled never.
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
  virtual ~Client() = default;  // cancels what runs

  // Never fails at once: errors arrive as onAbort, never before start() has returned.
  virtual std::unique_ptr<Transfer> start(ClientRequest request,
                                          std::shared_ptr<ResponseSink> sink) = 0;
};

// A small request with its whole answer collected (at most `limit_bytes`, else kTooLarge).
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
