// The whole image on its way from the upstream to one client when nothing is kept of it: bytes pass
// as they come, but the latest piece waits for the next one, and the last for the digest of the
// whole. Wrong bytes never end cleanly.
//
// Threads: one loop; the digest has a thread of its own and reports through the loop.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/digest.h"
#include "http/body_pipe.h"
#include "image/content_digest.h"
#include "proxy/context.h"

namespace glint::proxy {

class VerifiedBody : public http::BodySink, public std::enable_shared_from_this<VerifiedBody> {
 public:
  // `resume` is called when the digest has caught up after onData() answered kPause.
  // Errors: kInvalidArgument (unknown algorithm).
  static Result<std::shared_ptr<VerifiedBody>> create(LoopContext& context,
                                                      image::ContentDigest expected,
                                                      std::shared_ptr<http::BodyPipe> client,
                                                      std::function<void()> resume);
  ~VerifiedBody() override;

  http::Flow onData(Slice slice) override;
  void onEnd() override;
  void onAbort(const Error& error) override;

 private:
  struct Progress;
  VerifiedBody(LoopContext& context, image::ContentDigest expected,
               std::shared_ptr<http::BodyPipe> client, std::function<void()> resume);
  void resumeWhenCaughtUp();
  void judge(const std::string& hex);

  LoopContext& context_;
  const image::ContentDigest expected_;
  const std::shared_ptr<http::BodyPipe> client_;  // shared with the client's response
  const std::function<void()> resume_;
  const std::shared_ptr<Progress> progress_;  // shared with the digest's thread
  Slice held_;
  std::unique_ptr<DigestPipeline> digest_;
};

}  // namespace glint::proxy
