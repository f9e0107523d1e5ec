// A response whose body a worker reads as it comes, with back-pressure to the sender.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>

#include "http/body_reader.h"
#include "http/message.h"
#include "net/client.h"

namespace glint::net {

class EventLoop;

// Threads: one worker. Destroying it ends the transfer.
class Download : public http::BodyReader {
 public:
  // Sends the request on the loop and waits for the head of the response; `client` belongs to that
  // loop, which runs and outlives the download, and is not the caller's. read() gives the body:
  // errors are those of ResponseSink::onAbort. Once `stop` is requested both answer kCancelled.
  static Result<std::unique_ptr<Download>> start(EventLoop& loop, Client& client,
                                                 ClientRequest request, std::stop_token stop);
  virtual const http::ResponseHead& head() const = 0;
};

}  // namespace glint::net
