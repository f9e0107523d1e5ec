// Which image a request path names.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "image/record.h"

namespace glint::proxy {

// The image of "/v2/images/{id}" and everything below it; also with a minor version ("/v2.9/…") and
// several leading slashes. nullopt for other paths, and for ids that are not plain ([A-Za-z0-9-],
// at most 36 characters): those are the upstream's business.
std::optional<image::ImageId> imageOfPath(std::string_view path);

// The image of exactly "/v2/images/{id}/file".
std::optional<image::ImageId> downloadOfPath(std::string_view path);

// What follows "/v2/cache": nothing, "clean", "prune", or an image's id. nullopt for other paths,
// "/v2/cache/nodes/{id}" among them.
std::optional<std::string_view> cacheOfPath(std::string_view path);

// The target with a minor version that only services with a cache know ("/v2.14/…") replaced by
// "/v2/…", which means the same.
std::string withoutCacheVersion(std::string_view target);

}  // namespace glint::proxy
