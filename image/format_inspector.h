// Recognises the disk format of image bytes while they stream past, and what in them is unsafe.
//
// A detector per format looks at headers only, without seeking and with bounded memory (a few KiB
// per format, at most 1 MiB for a vmdk descriptor and 256 KiB for vhdx metadata), whatever the
// chunking of the input. Only images in container format "bare" are inspected (spec: image
// life-cycle, content inspection).
//
// Threads: one user at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace glint::image {

struct Inspection {
  // "raw", "qcow2", "vhd", "vhdx", "vmdk", "vdi", "qed", "iso", "gpt" (plain MBR too) or "luks".
  std::string format = "raw";
  // Two formats at once that do not belong together; `format` names the first of them.
  bool ambiguous = false;
  // Declared by the header; the byte count for raw, gpt.
  std::uint64_t virtual_size = 0;
  // Bytes seen.
  std::uint64_t size = 0;
  // Why these bytes must not be trusted ("qcow2: backing file"); absent: safe.
  std::optional<std::string> unsafe;
};

// What an operator may decide of it.
struct InspectionRules {
  std::vector<std::string> vmdk_types = {"streamOptimized", "monolithicSparse"};  // in any case
  std::vector<std::string> gpt_nonfatal_checks = {};  // checks that a partition table may fail: mbr
};

class FormatInspector {
 public:
  static std::unique_ptr<FormatInspector> create(const InspectionRules& rules = {});
  virtual ~FormatInspector() = default;

  virtual void feed(std::span<const std::byte> bytes) = 0;
  // After the last feed(); once.
  virtual Inspection finish() = 0;
};

enum class RequireMatch : std::uint8_t { kNo, kYes };  // require_image_format_match

// Whether bytes so inspected may become an image of `disk_format`, and then its virtual_size
// (absent: unknown, or zero). Errors: kInvalidArgument with the reason (upload answers 415).
Result<std::optional<std::uint64_t>> acceptAs(std::string_view disk_format,
                                              const Inspection& inspection, RequireMatch match);

}  // namespace glint::image
