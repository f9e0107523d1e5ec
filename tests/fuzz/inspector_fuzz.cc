// Image bytes: the same verdict however the stream is cut; the size is what was fed.
#include <algorithm>
#include <span>

#include "base/check.h"
#include "image/format_inspector.h"
#include "tests/fuzz/input.h"

namespace {

glint::image::Inspection inspect(std::string_view bytes, std::size_t step) {
  const auto inspector = glint::image::FormatInspector::create();
  while (!bytes.empty()) {
    const auto piece = bytes.substr(0, step);
    inspector->feed(std::as_bytes(std::span(piece.data(), piece.size())));
    bytes.remove_prefix(piece.size());
  }
  return inspector->finish();
}

}  // namespace

// A number that says how the rest is cut, then the image.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using glint::image::RequireMatch;
  if (size == 0) return 0;
  const auto bytes = glint::fuzz::asText(data + 1, size - 1);
  const auto whole = inspect(bytes, std::max<std::size_t>(bytes.size(), 1));
  const auto cut = inspect(bytes, data[0] + 1u);
  GLINT_CHECK(whole.size == bytes.size(), "every byte is counted");
  GLINT_CHECK(cut.size == whole.size && cut.format == whole.format &&
                  cut.ambiguous == whole.ambiguous && cut.virtual_size == whole.virtual_size &&
                  cut.unsafe == whole.unsafe,
              "cutting changes nothing");
  for (const char* format : {"raw", "qcow2", "vmdk", "vhd", "vhdx", "vdi", "iso"}) {
    const auto accepted = acceptAs(format, whole, RequireMatch::kYes);
    GLINT_CHECK(!accepted || !whole.unsafe, "what is unsafe is never accepted");
    (void)acceptAs(format, whole, RequireMatch::kNo);
  }
  return 0;
}
