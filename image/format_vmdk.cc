#include <algorithm>
#include <array>

#include "base/strings.h"
#include "image/format_detectors.h"

namespace glint::image {

namespace {

using namespace std::string_view_literals;

constexpr std::size_t kSector = 512;
constexpr std::size_t kMaxDescriptor = (1u << 20) - 1;
constexpr std::uint64_t kGrainDirectoryAtEnd = ~std::uint64_t{0};

// Offsets in the sparse header.
constexpr std::size_t kVersion = 4;
constexpr std::size_t kCapacity = 12;  // sectors
constexpr std::size_t kDescriptorSector = 28;
constexpr std::size_t kDescriptorSectors = 36;
constexpr std::size_t kGrainDirectory = 56;

// Kinds of marker sectors around the footer.
constexpr std::uint64_t kEndOfStream = 0;
constexpr std::uint64_t kFooter = 3;

bool isText(std::byte byte) {
  const auto c = std::to_integer<unsigned char>(byte);
  return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c != 0x7f);
}

bool isMarker(Bytes sector, std::uint64_t type) {
  return readLittle(sector, 8, 4) == 0 && readLittle(sector, 12, 4) == type;
}

// What a descriptor line is: a comment or blank, a disk database entry, key=value, an extent.
struct Descriptor {
  std::string type;  // lower case
  std::size_t extents = 0;
};

std::optional<std::string> readLine(std::string_view line, Descriptor& descriptor) {
  if (line.empty() || line.starts_with('#') || line.starts_with("ddb")) return std::nullopt;
  const auto equals = line.find('=');
  if (equals != std::string_view::npos &&
      line.substr(0, equals).find_first_of(" \t") == std::string_view::npos) {
    auto value = trim(line.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
      value = value.substr(1, value.size() - 2);
    if (line.substr(0, equals) == "createtype") descriptor.type = value;
    return std::nullopt;
  }
  const auto access = line.substr(0, line.find_first_of(" \t"));
  if (access != "rw" && access != "rdonly" && access != "noaccess")
    return "vmdk: a line of the descriptor is not understood";
  ++descriptor.extents;
  if (line.find('/') != std::string_view::npos) return "vmdk: an extent names a path";
  return std::nullopt;
}

}  // namespace

VmdkDetector::VmdkDetector(const std::vector<std::string>& accepted_types) {
  for (const auto& type : accepted_types) accepted_types_.push_back(asciiLower(type));
}

void VmdkDetector::feed(std::uint64_t position, Bytes bytes) {
  if (!header_.complete()) {
    header_.feed(position, bytes);
    if (header_.complete()) readHeader();
  }
  if (sparse_) descriptor_.feed(position, bytes);
  if (has_footer_) footer_.feed(bytes);
  if (in_text_) feedText(position, bytes);
}

void VmdkDetector::readHeader() {
  const auto header = header_.bytes();
  if (!holdsAt(header, 0, "KDMV")) return;
  const auto version = readLittle(header, kVersion, 4);
  const auto sectors = readLittle(header, kDescriptorSectors, 8);
  if (version < 1 || version > 3 || readLittle(header, kDescriptorSector, 8) != 1 ||
      sectors > kMaxDescriptor / kSector)
    return;
  sparse_ = true;
  has_footer_ = readLittle(header, kGrainDirectory, 8) == kGrainDirectoryAtEnd;
  descriptor_ = StreamWindow(kSector, static_cast<std::size_t>(sectors) * kSector);
}

void VmdkDetector::feedText(std::uint64_t position, Bytes bytes) {
  if (position != text_.size()) return;
  for (const auto byte : bytes) {
    if (!isText(byte) || text_.size() == kMaxDescriptor) {
      in_text_ = false;
      break;
    }
    text_ += std::to_integer<char>(byte);
  }
  // A stream that is only text up to here may go on; one that was none frees its memory.
  if (!in_text_ && asciiLower(text_).find("createtype") == std::string::npos)
    std::string().swap(text_);
}

std::optional<std::string> VmdkDetector::unsafeDescriptor(std::string_view text) const {
  text = text.substr(0, text.find('\0'));
  Descriptor descriptor;
  const auto lower = asciiLower(text);
  for (const auto line : split(lower, '\n'))
    if (auto unsafe = readLine(trim(line), descriptor)) return unsafe;
  if (std::ranges::find(accepted_types_, descriptor.type) == accepted_types_.end())
    return "vmdk: the subformat is not accepted";
  if (descriptor.extents == 0) return "vmdk: no extent";
  return std::nullopt;
}

std::optional<std::string> VmdkDetector::unsafeFooter() const {
  if (!has_footer_) return std::nullopt;
  if (!footer_.complete()) return "vmdk: the footer is missing";
  const auto tail = footer_.bytes();
  const auto footer = tail.subspan(kSector, kSector);
  if (!isMarker(tail, kFooter) || !isMarker(tail.subspan(2 * kSector), kEndOfStream))
    return "vmdk: the footer's markers are wrong";
  // All that the header says, but for where grain directories are found.
  const auto header = header_.bytes();
  constexpr std::size_t kRedundantDirectory = 48;
  const bool equal =
      std::ranges::equal(header.first(kRedundantDirectory), footer.first(kRedundantDirectory));
  if (!equal) return "vmdk: the footer differs from the header";
  return std::nullopt;
}

std::optional<Finding> VmdkDetector::finish() const {
  if (sparse_) {
    Finding finding{"vmdk", readLittle(header_.bytes(), kCapacity, 8)};
    constexpr auto kMaxSectors = ~std::uint64_t{0} / kSector;
    if (!descriptor_.complete())
      finding.unsafe = "vmdk: the descriptor is cut short";
    else if (finding.virtual_size > kMaxSectors)
      finding.unsafe = "vmdk: the capacity is absurd";
    else
      finding.unsafe = unsafeDescriptor(asText(descriptor_.bytes()));
    if (!finding.unsafe) finding.unsafe = unsafeFooter();
    finding.virtual_size *= kSector;
    return finding;
  }
  if (asciiLower(text_).find("createtype") == std::string::npos) return std::nullopt;
  return Finding{"vmdk", 0, unsafeDescriptor(text_)};
}

}  // namespace glint::image
