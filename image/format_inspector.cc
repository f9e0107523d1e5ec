#include "image/format_inspector.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>
#include <vector>

#include "image/format_detectors.h"

namespace glint::image {

namespace {

// Formats that a detector knows; images of other disk formats must look like none of them.
constexpr std::array<std::string_view, 10> kInspectable = {"raw", "qcow2", "vhd", "vhdx", "vmdk",
                                                           "vdi", "qed",   "iso", "gpt",  "luks"};

class StreamInspector final : public FormatInspector {
 public:
  explicit StreamInspector(const InspectionRules& rules)
      : vmdk_(rules.vmdk_types), gpt_nonfatal_checks_(rules.gpt_nonfatal_checks) {}

  void feed(std::span<const std::byte> bytes) override {
    head_.feed(size_, bytes);
    iso_.feed(size_, bytes);
    vmdk_.feed(size_, bytes);
    vhdx_.feed(size_, bytes);
    size_ += bytes.size();
  }

  Inspection finish() override {
    auto findings = collect();
    Inspection inspection;
    inspection.size = size_;
    inspection.virtual_size = size_;
    if (findings.empty()) return inspection;
    auto* chosen = &findings.front();
    if (findings.size() > 1) {
      const auto found = [&](std::string_view format) {
        return std::ranges::find(findings, format, formatOf);
      };
      // A bootable ISO begins with a partition table.
      const bool hybrid =
          findings.size() == 2 && found("iso") != findings.end() && found("gpt") != findings.end();
      if (hybrid) chosen = &*found("iso");
      inspection.ambiguous = !hybrid;
    }
    inspection.format = chosen->format;
    inspection.virtual_size = chosen->virtual_size;
    inspection.unsafe = std::move(chosen->unsafe);
    return inspection;
  }

 private:
  static std::string_view formatOf(const Finding& finding) { return finding.format; }

  std::vector<Finding> collect() const {
    const auto head = head_.bytes();
    std::vector<Finding> findings;
    for (auto finding : {detectQcow2(head), detectVhd(head), detectVdi(head), detectQed(head),
                         detectGpt(head, size_), detectLuks(head, size_), detectIso(iso_.bytes()),
                         vmdk_.finish(), vhdx_.finish()})
      if (finding) findings.push_back(std::move(*finding));
    for (auto& finding : findings)
      if (formatOf(finding) == "gpt" && finding.unsafe && isNonfatal(*finding.unsafe))
        finding.unsafe.reset();
    return findings;
  }

  // `unsafe` begins with the name of the check and a colon.
  bool isNonfatal(std::string_view unsafe) const {
    return std::ranges::find(gpt_nonfatal_checks_, unsafe.substr(0, unsafe.find(':'))) !=
           gpt_nonfatal_checks_.end();
  }

  std::uint64_t size_ = 0;
  StreamWindow head_{0, kHeadBytes};
  StreamWindow iso_{kIsoOffset, kIsoBytes};
  VmdkDetector vmdk_;
  VhdxDetector vhdx_;
  const std::vector<std::string> gpt_nonfatal_checks_;
};

auto refuse(std::string message) { return fail(ErrorCode::kInvalidArgument, std::move(message)); }

std::optional<std::uint64_t> knownSize(std::uint64_t bytes) {
  return bytes == 0 ? std::nullopt : std::optional(bytes);
}

}  // namespace

std::unique_ptr<FormatInspector> FormatInspector::create(const InspectionRules& rules) {
  return std::make_unique<StreamInspector>(rules);
}

Result<std::optional<std::uint64_t>> acceptAs(std::string_view disk_format,
                                              const Inspection& inspection, RequireMatch match) {
  if (inspection.ambiguous) return refuse("The content looks like more than one disk format.");
  const bool raw = disk_format == "raw";
  if (raw || inspection.format == disk_format) {
    if (inspection.unsafe) return refuse("The content is not safe: " + *inspection.unsafe);
    // Catalogs and clients keep sizes as signed 64-bit numbers.
    if (inspection.virtual_size > std::numeric_limits<std::int64_t>::max())
      return refuse("The content claims a virtual size that no disk has.");
    return knownSize(raw ? inspection.size : inspection.virtual_size);
  }
  const bool inspectable = std::ranges::find(kInspectable, disk_format) != kInspectable.end();
  if ((!inspectable && inspection.format == "raw") || match == RequireMatch::kNo)
    return std::optional<std::uint64_t>();
  return refuse("The content is " + inspection.format + ", not " + std::string(disk_format) + ".");
}

}  // namespace glint::image
