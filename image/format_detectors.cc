#include "image/format_detectors.h"

#include <array>
#include <vector>

namespace glint::image {

namespace {

constexpr std::size_t kSector = 512;

// What a master boot record says of its four partitions.
std::optional<std::string> unsafePartitions(Bytes head) {
  constexpr std::size_t kTable = 446;
  constexpr std::size_t kEntry = 16;
  constexpr auto kProtective = std::byte{0xee};
  std::vector<std::size_t> used;
  bool protective = false;
  for (std::size_t slot = 0; slot < 4; ++slot) {
    const auto entry = head.subspan(kTable + slot * kEntry, kEntry);
    if (entry[0] != std::byte{0x00} && entry[0] != std::byte{0x80}) return "mbr: invalid boot flag";
    if (entry[4] == std::byte{0}) continue;
    used.push_back(slot);
    if (entry[4] != kProtective) continue;
    protective = true;
    const std::array start = {std::byte{0x00}, std::byte{0x02}, std::byte{0x00}};
    const bool at_start = std::ranges::equal(entry.subspan(1, 3), start);
    if (!at_start || readLittle(entry, 8, 4) != 1) return "mbr: protective partition misplaced";
  }
  if (used.empty()) return "mbr: no partitions";
  if (protective && (used.size() != 1 || used.front() != 0))
    return "mbr: protective partition is not the only one";
  return std::nullopt;
}

}  // namespace

std::optional<Finding> detectQcow2(Bytes head) {
  constexpr std::uint64_t kExternalDataFile = 0x4;
  constexpr std::uint64_t kUnderstood = 0xf;  // dirty, corrupt, external data file, compression
  if (head.size() < kSector || !holdsAt(head, 0, "QFI\xfb")) return std::nullopt;
  Finding finding{"qcow2", readBig(head, 24, 8)};
  const auto version = readBig(head, 4, 4);
  const auto features = version >= 3 ? readBig(head, 0x48, 8) : 0;
  if (version != 2 && version != 3)
    finding.unsafe = "qcow2: unknown version";
  else if (readBig(head, 8, 8) != 0)
    finding.unsafe = "qcow2: backing file";
  else if ((features & kExternalDataFile) != 0)
    finding.unsafe = "qcow2: external data file";
  else if ((features & ~kUnderstood) != 0)
    finding.unsafe = "qcow2: unknown incompatible feature";
  return finding;
}

std::optional<Finding> detectVhd(Bytes head) {
  if (head.size() < kSector || !holdsAt(head, 0, "conectix")) return std::nullopt;
  return Finding{"vhd", readBig(head, 40, 8)};
}

std::optional<Finding> detectVdi(Bytes head) {
  if (head.size() < kSector || readLittle(head, 0x40, 4) != 0xbeda107f) return std::nullopt;
  return Finding{"vdi", readLittle(head, 0x170, 8)};
}

std::optional<Finding> detectQed(Bytes head) {
  using namespace std::string_view_literals;
  if (!holdsAt(head, 0, "QED\0"sv)) return std::nullopt;
  return Finding{"qed", 0, "qed: the format is not accepted"};
}

std::optional<Finding> detectGpt(Bytes head, std::uint64_t size) {
  if (head.size() < kSector || readBig(head, 510, 2) != 0x55aa) return std::nullopt;
  const bool fat = head[0x10] == std::byte{2} && head[0x15] == std::byte{0xf8};
  if (fat) return std::nullopt;
  return Finding{"gpt", size, unsafePartitions(head)};
}

std::optional<Finding> detectLuks(Bytes head, std::uint64_t size) {
  constexpr std::size_t kHeader = 592;
  if (head.size() < kHeader || !holdsAt(head, 0, "LUKS\xba\xbe")) return std::nullopt;
  const auto payload = readBig(head, 104, 4) * kSector;
  Finding finding{"luks", size > payload ? size - payload : 0};
  if (readBig(head, 6, 2) != 1) finding.unsafe = "luks: version is not 1";
  return finding;
}

std::optional<Finding> detectIso(Bytes descriptor) {
  if (descriptor.size() < 6) return std::nullopt;
  const bool known = holdsAt(descriptor, 1, "CD001") || holdsAt(descriptor, 1, "NSR02") ||
                     holdsAt(descriptor, 1, "NSR03");
  if (!known) return std::nullopt;
  Finding finding{"iso"};
  const bool primary = descriptor.front() == std::byte{1} && descriptor.size() == kIsoBytes;
  if (primary)
    finding.virtual_size = readLittle(descriptor, 80, 4) * readLittle(descriptor, 128, 2);
  return finding;
}

}  // namespace glint::image
