// Images as the Images API shows them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "image/record.h"

namespace glint::image {

// What of an image's locations this deployment exposes.
struct ImageView {
  bool direct_url = false;  // show_image_direct_url
  bool locations = false;   // show_multiple_locations
  bool stores = false;      // several stores are configured
  bool admin = false;       // the caller: others see no locations of a deactivated image
};

// One image: all base fields, custom properties flat beside them (a base field wins over a custom
// property of the same name).
std::string imageJson(const Image& image, const ImageView& view);

// A bare array of locations.
std::string locationsJson(const std::vector<Location>& locations);

// A page of a list. `first` and `next` are paths with queries; `next` may be absent.
struct PageLinks {
  std::string first;
  std::optional<std::string> next;
};
std::string imageListJson(const std::vector<Image>& images, const ImageView& view,
                          const PageLinks& links);

}  // namespace glint::image
