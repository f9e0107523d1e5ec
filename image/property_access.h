// What a caller may want to do to a custom property of an image.
#pragma once

#include <cstdint>

namespace glint::image {

enum class PropertyAccess : std::uint8_t { kCreate, kRead, kUpdate, kDelete };

}  // namespace glint::image
