// A catalog that counts and times what is asked of another.
#pragma once

#include <memory>

#include "origin/catalog/catalog.h"

namespace glint::metrics {
class OriginMetrics;
}

namespace glint::origin {

std::unique_ptr<Catalog> meteredCatalog(std::unique_ptr<Catalog> catalog,
                                        metrics::OriginMetrics& metrics);

}  // namespace glint::origin
