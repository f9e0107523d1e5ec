// A fill as those who follow it see it: how far it is, and how it ended. One per content digest;
// fill_job drives it.
//
// Threads: any. The driver publishes, followers read; a follower is woken after every change.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/handle.h"
#include "base/mutex.h"
#include "base/result.h"
#include "image/content_digest.h"
#include "image/record.h"
#include "proxy/fill_state.h"
#include "proxy/followers.h"
#include "proxy/upstream_answer.h"

namespace glint::proxy {

struct FillFailure {
  enum class Kind : std::uint8_t {
    kStore,     // no room, or the disk failed: the bytes can still be had from the upstream
    kUpstream,  // unreachable, or broke too often
    kAnswered,  // refused: `answer` says how
    kContent,   // wrong length or digest: these bytes are not the image
  };
  Kind kind = Kind::kUpstream;
  Error error;
  std::optional<UpstreamAnswer> answer;
};

class Fill {
 public:
  Fill(image::ContentDigest digest, std::uint64_t size, image::ImageId image);

  const image::ContentDigest& digest() const { return digest_; }
  std::uint64_t size() const { return size_; }
  const image::ImageId& image() const { return image_; }
  Followers& followers() { return followers_; }

  struct View {
    FillState state = FillState::kReserving;
    bool answered = false;        // the upstream has begun to deliver: a response may begin
    std::uint64_t published = 0;  // bytes from the start that are in the file
    std::shared_ptr<const UniqueFd> file;  // set once answered
  };
  View view() const;
  std::optional<FillFailure> failure() const;

  // The driver's side.
  void move(FillState to);  // kFailed: through fail()
  void begin(std::shared_ptr<const UniqueFd> file);
  void publish(std::uint64_t bytes);
  void fail(FillFailure failure);

 private:
  const image::ContentDigest digest_;
  const std::uint64_t size_;
  const image::ImageId image_;
  Followers followers_;

  mutable Mutex mutex_;
  View view_ GUARDED_BY(mutex_);
  std::optional<FillFailure> failure_ GUARDED_BY(mutex_);
};

}  // namespace glint::proxy
