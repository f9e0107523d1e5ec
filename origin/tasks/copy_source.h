// Where copy-image gets its bytes: from the stores that have the image (spec: image life-cycle
// §4.4).
#pragma once

#include "origin/size_limit.h"
#include "origin/stores/store_set.h"
#include "origin/tasks/image_import.h"
#include "origin/tasks/staging.h"

namespace glint::origin {

// The default store is asked first, then the others as configured. Both outlive the source.
StageSource copySource(const StoreSet& stores, Staging& staging);

}  // namespace glint::origin
