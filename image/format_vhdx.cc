#include <array>

#include "image/format_detectors.h"

namespace glint::image {

namespace {

using namespace std::string_view_literals;

constexpr std::uint64_t kRegionTable = 192 * 1024;
constexpr std::size_t kTableBytes = 64 * 1024;
constexpr std::size_t kEntryBytes = 32;
constexpr std::uint64_t kMaxEntries = 2047;

// GUIDs as they stand on disk: the first three parts little-endian.
constexpr auto kMetadataRegion =
    "\x06\xa2\x7c\x8b\x90\x47\x9a\x4b\xb8\xfe\x57\x5f\x05\x0f\x88\x6e"sv;
constexpr auto kVirtualDiskSize =
    "\x24\x42\xa5\x2f\x1b\xcd\x76\x48\xb2\x11\x5d\xbe\xd8\x3b\xf4\xb8"sv;

// The entry of a table that begins with the GUID; empty: none.
Bytes findEntry(Bytes table, std::size_t first, std::uint64_t count, std::string_view guid) {
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto at = first + static_cast<std::size_t>(i) * kEntryBytes;
    if (at + kEntryBytes > table.size()) break;
    if (holdsAt(table, at, guid)) return table.subspan(at, kEntryBytes);
  }
  return {};
}

}  // namespace

void VhdxDetector::feed(std::uint64_t position, Bytes bytes) {
  while (stage_ != Stage::kKnown && stage_ != Stage::kOther) {
    window_.feed(position, bytes);
    if (!window_.complete()) return;
    advance();
  }
}

// Each stage reads what it has and asks for the window that this points to.
void VhdxDetector::advance() {
  switch (stage_) {
    case Stage::kSignature:
      if (asText(window_.bytes()) == "vhdxfile") {
        stage_ = Stage::kRegions;
        window_ = StreamWindow(kRegionTable, kTableBytes);
      } else {
        stage_ = Stage::kOther;
      }
      return;
    case Stage::kRegions:
      readRegions();
      return;
    case Stage::kMetadata:
      readMetadata();
      return;
    case Stage::kSize:
      virtual_size_ = readLittle(window_.bytes(), 0, 8);
      stage_ = Stage::kKnown;
      return;
    case Stage::kKnown:
    case Stage::kOther:
      return;
  }
}

void VhdxDetector::readRegions() {
  constexpr std::size_t kFirstEntry = 16;
  const auto table = window_.bytes();
  const auto count = readLittle(table, 8, 4);
  const auto entry = holdsAt(table, 0, "regi") && count <= kMaxEntries
                         ? findEntry(table, kFirstEntry, count, kMetadataRegion)
                         : Bytes();
  if (entry.empty()) {
    stage_ = Stage::kOther;
    return;
  }
  metadata_offset_ = readLittle(entry, 16, 8);
  stage_ = Stage::kMetadata;
  window_ = StreamWindow(metadata_offset_, kTableBytes);
}

void VhdxDetector::readMetadata() {
  constexpr std::size_t kFirstEntry = 32;
  const auto table = window_.bytes();
  const auto count = readLittle(table, 10, 2);
  const auto entry = holdsAt(table, 0, "metadata") && count <= kMaxEntries
                         ? findEntry(table, kFirstEntry, count, kVirtualDiskSize)
                         : Bytes();
  if (entry.empty()) {
    stage_ = Stage::kOther;
    return;
  }
  stage_ = Stage::kSize;
  window_ = StreamWindow(metadata_offset_ + readLittle(entry, 16, 4), sizeof(std::uint64_t));
}

std::optional<Finding> VhdxDetector::finish() const {
  if (stage_ != Stage::kKnown) return std::nullopt;
  return Finding{"vhdx", virtual_size_};
}

}  // namespace glint::image
