// Part of an image straight from the upstream to one client, not stored: the way out when the store
// fails in the middle of a response that has begun.
//
// Threads: one loop.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "http/body.h"
#include "http/body_pipe.h"
#include "net/client.h"
#include "proxy/context.h"
#include "proxy/held_transfer.h"

namespace glint::proxy {

class Relay : public http::BodySource {
 public:
  struct Part {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;   // exclusive
    std::uint64_t size = 0;  // of the image
  };
  // Never fails at once: what goes wrong, an answer with other bytes included, aborts the body.
  static std::shared_ptr<Relay> start(LoopContext& context, const DataRequest& request,
                                      const Part& part);
  ~Relay() override;

  http::Pulled pull(std::uint64_t max_bytes) override { return pipe_->pull(max_bytes); }
  void setWake(std::function<void()> wake) override { pipe_->setWake(std::move(wake)); }

 private:
  class Sink;
  Relay() = default;

  std::shared_ptr<http::BodyPipe> pipe_;  // shared with the sink
  std::unique_ptr<net::Transfer> transfer_;
};

}  // namespace glint::proxy
