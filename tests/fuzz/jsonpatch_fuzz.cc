// Changes to an image: parsed changes can be applied, and what comes out keeps the limits.
#include "base/check.h"
#include "image/json_patch.h"
#include "tests/fuzz/input.h"

namespace {

glint::image::Image startingImage() {
  glint::image::Image image;
  image.id = {"2f0d3c5c-0000-4000-8000-000000000000"};
  image.name = "image";
  image.owner = "project";
  image.tags = {"a"};
  image.properties = {{"os_distro", "debian"}};
  return image;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace image = glint::image;
  static const image::ImageSchema kSchema;
  const auto text = glint::fuzz::asText(data, size);
  image::PatchRules rules;
  rules.may = [](std::string_view, const image::Image&) { return glint::Status(); };
  rules.limits = {.properties = 4, .tags = 4};
  for (const auto dialect : {image::PatchDialect::kV20, image::PatchDialect::kV21}) {
    const auto changes = image::parsePatch(text, dialect, kSchema);
    if (!changes) continue;
    for (const bool admin : {false, true}) {
      rules.admin = admin;
      const auto changed = image::applyPatch(startingImage(), *changes, dialect, rules);
      if (!changed) continue;
      GLINT_CHECK(changed->id == startingImage().id, "the id stays");
      GLINT_CHECK(changed->properties.size() <= 4, "the property quota holds");
      GLINT_CHECK(changed->tags.size() <= 4, "the tag quota holds");
    }
  }
  (void)image::parseCreateBody(text, kSchema);
  return 0;
}
