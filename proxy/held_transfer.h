// A request to the upstream's data route that first of all answers "may this caller download?".
//
// kWhole asks for the whole image: when the answer is 200 the transfer stops after its head and
// waits to be adopted (by a fill, or by a response that passes it through); destroying it cancels.
// kProbe asks for one byte and is over with the verdict.
// Threads: one loop.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "image/record.h"
#include "net/client.h"
#include "proxy/credentials.h"
#include "proxy/fwd.h"
#include "proxy/upstream_answer.h"

namespace glint::proxy {

struct DataRequest {
  image::ImageId image;
  Credentials credentials;
  std::string request_id;
  std::string accept;        // the client's, so that a refusal looks as it would without an edge
  std::uint64_t offset = 0;  // > 0: "Range: bytes=offset-"
};
// The request for the data route; `range`: value of a Range header, or empty.
net::ClientRequest makeDataRequest(const Upstream& upstream, const DataRequest& request,
                                   const std::string& range);

struct DataVerdict {
  enum class Kind : std::uint8_t {
    kAllowed,
    kAnswered,  // anything else the upstream said, 204 (no data) included
    kFailed,    // no answer
  };
  Kind kind = Kind::kFailed;
  UpstreamAnswer answer;
  Error error{};
};

class HeldTransfer {
 public:
  enum class Extent : std::uint8_t { kWhole, kProbe };
  // `on_verdict` runs once, later, unless the object is destroyed before.
  static std::unique_ptr<HeldTransfer> start(LoopContext& context, const DataRequest& request,
                                             Extent extent,
                                             std::function<void(DataVerdict)> on_verdict);
  ~HeldTransfer();

  bool whole() const { return extent_ == Extent::kWhole; }

  // Tied to the transfer until it is adopted or destroyed.
  void attach(std::unique_ptr<Speculation> speculation);

  // Adoption, in two steps: the adopter takes the transfer, then lets what has come so far (the
  // head included) be delivered, and the rest as it comes.
  std::unique_ptr<net::Transfer> take();
  static void deliver(std::unique_ptr<HeldTransfer> held, net::Transfer& transfer,
                      std::shared_ptr<net::ResponseSink> sink);

 private:
  class Sink;
  explicit HeldTransfer(Extent extent);

  const Extent extent_;
  std::shared_ptr<Sink> sink_;  // shared with the client
  std::unique_ptr<net::Transfer> transfer_;
  std::unique_ptr<Speculation> speculation_;
};

}  // namespace glint::proxy
