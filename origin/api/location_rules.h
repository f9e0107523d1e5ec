// Which locations clients may name in this deployment, and what they lead to.
#pragma once

#include "image/location_changes.h"
#include "origin/api/request.h"

namespace glint::origin {

// `request` must outlive the rules. A location must lie in a store, and never be a path of this
// host, whoever names it: "file://" is for the stores' own writing.
image::LocationRules locationRules(const ApiRequest& request);

}  // namespace glint::origin
