// Takes every image for raw bytes, until the inspector of image/ is there; then this file goes.
#include "image/format_inspector.h"

namespace glint::image {
namespace {

class PlainInspector final : public FormatInspector {
 public:
  void feed(std::span<const std::byte> bytes) override { seen_.size += bytes.size(); }
  Inspection finish() override {
    seen_.virtual_size = seen_.size;
    return seen_;
  }

 private:
  Inspection seen_;
};

}  // namespace

std::unique_ptr<FormatInspector> FormatInspector::create() {
  return std::make_unique<PlainInspector>();
}

Result<std::optional<std::uint64_t>> acceptAs(std::string_view disk_format,
                                              const Inspection& inspection, RequireMatch match) {
  if (disk_format != inspection.format) {
    if (match == RequireMatch::kYes)
      return fail(ErrorCode::kInvalidArgument, "content is not " + std::string(disk_format));
    return std::nullopt;
  }
  if (inspection.virtual_size == 0) return std::nullopt;
  return inspection.virtual_size;
}

}  // namespace glint::image
