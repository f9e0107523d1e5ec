#include "origin/metered_identity.h"

#include <utility>

#include "metrics/origin_metrics.h"

namespace glint::origin {
namespace {

using metrics::Authentication;

class MeteredIdentity final : public Identity {
 public:
  MeteredIdentity(std::unique_ptr<Identity> identity, metrics::OriginMetrics& metrics)
      : identity_(std::move(identity)), metrics_(metrics) {}

  Result<Caller> authenticate(const RequestContext& context, const http::HeaderMap& headers,
                              const net::Peer& peer) override {
    auto caller = identity_->authenticate(context, headers, peer);
    metrics_.authentication(outcomeOf(caller));
    return caller;
  }
  bool mayBeKnown(const http::HeaderMap& headers) const override {
    return identity_->mayBeKnown(headers);
  }
  std::string challenge() const override { return identity_->challenge(); }

 private:
  static Authentication outcomeOf(const Result<Caller>& caller) {
    if (caller) return caller->read_only ? Authentication::kAnonymous : Authentication::kAccepted;
    return caller.error().code == ErrorCode::kForbidden ? Authentication::kRejected
                                                        : Authentication::kError;
  }

  const std::unique_ptr<Identity> identity_;
  metrics::OriginMetrics& metrics_;
};

}  // namespace

std::unique_ptr<Identity> meteredIdentity(std::unique_ptr<Identity> identity,
                                          metrics::OriginMetrics& metrics) {
  return std::make_unique<MeteredIdentity>(std::move(identity), metrics);
}

}  // namespace glint::origin
