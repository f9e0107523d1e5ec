// A response body that follows a fill: ranges of the growing file, sent by sendfile as they are
// published, and never to the end before the content is verified.
//
// Threads: the loop of its connection.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>

#include "http/body.h"
#include "proxy/context.h"
#include "proxy/fill.h"
#include "proxy/held_transfer.h"
#include "proxy/relay.h"

namespace glint::proxy {

// The last piece of an image is held back until its digest is known to be right.
inline constexpr std::uint64_t kHeldBackBytes = 1u << 20;

// How far a response ending before `end` may go in an image of `size` bytes of which `published`
// are there but unverified: neither into the last piece, nor to its own last byte.
constexpr std::uint64_t releasable(std::uint64_t published, std::uint64_t size, std::uint64_t end) {
  const std::uint64_t last_piece = size > kHeldBackBytes ? size - kHeldBackBytes : 0;
  const std::uint64_t own_end = end > 0 ? end - 1 : 0;
  return std::min({published, last_piece, own_end});
}

class Cursor : public http::BodySource {
 public:
  // Bytes [begin, end) of the image; `request` is how this caller would ask the upstream itself,
  // used when the fill cannot go on for want of disk.
  Cursor(LoopContext& context, FillPtr fill, std::uint64_t begin, std::uint64_t end,
         DataRequest request);

  http::Pulled pull(std::uint64_t max_bytes) override;
  void setWake(std::function<void()> wake) override;

 private:
  http::Pulled afterFailure(std::uint64_t max_bytes);

  LoopContext& context_;
  const FillPtr fill_;  // shared with its driver and other followers
  std::uint64_t position_;
  const std::uint64_t end_;
  DataRequest request_;
  std::function<void()> wake_;
  std::unique_ptr<Followers::Place> place_;
  std::shared_ptr<Relay> relay_;
};

}  // namespace glint::proxy
