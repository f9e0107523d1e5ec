// An identity that counts how its questions end.
#pragma once

#include <memory>

#include "origin/identity/identity.h"

namespace glint::metrics {
class OriginMetrics;
}

namespace glint::origin {

// `metrics` outlives the identity.
std::unique_ptr<Identity> meteredIdentity(std::unique_ptr<Identity> identity,
                                          metrics::OriginMetrics& metrics);

}  // namespace glint::origin
