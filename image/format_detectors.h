// One detector per disk format. Those that need the first bytes only are functions; vmdk and vhdx
// follow what their headers point to, so they see the stream.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "image/format_window.h"

namespace glint::image {

struct Finding {
  const char* format;
  std::uint64_t virtual_size = 0;
  std::optional<std::string> unsafe = {};
};

inline constexpr std::size_t kHeadBytes = 1024;     // what the functions get of the beginning
inline constexpr std::uint64_t kIsoOffset = 32768;  // of the first volume descriptor
inline constexpr std::size_t kIsoBytes = 2048;      // of one descriptor

// `head`: the first kHeadBytes, or all there is. nullopt: not this format.
std::optional<Finding> detectQcow2(Bytes head);
std::optional<Finding> detectVhd(Bytes head);
std::optional<Finding> detectVdi(Bytes head);
std::optional<Finding> detectQed(Bytes head);
std::optional<Finding> detectGpt(Bytes head, std::uint64_t size);  // plain MBR, too
std::optional<Finding> detectLuks(Bytes head, std::uint64_t size);
std::optional<Finding> detectIso(Bytes descriptor);

class VmdkDetector {
 public:
  explicit VmdkDetector(const std::vector<std::string>& accepted_types);
  void feed(std::uint64_t position, Bytes bytes);
  std::optional<Finding> finish() const;

 private:
  void readHeader();
  void feedText(std::uint64_t position, Bytes bytes);
  std::optional<std::string> unsafeDescriptor(std::string_view text) const;
  std::optional<std::string> unsafeFooter() const;

  std::vector<std::string> accepted_types_;  // lower case
  StreamWindow header_{0, 512};
  StreamWindow descriptor_;
  StreamTail footer_{1536};
  bool sparse_ = false;      // a sparse header whose descriptor is kept
  bool has_footer_ = false;  // the header says that the footer counts
  bool in_text_ = true;
  std::string text_;  // what the stream begins with, as far as it is text
};

class VhdxDetector {
 public:
  void feed(std::uint64_t position, Bytes bytes);
  std::optional<Finding> finish() const;

 private:
  enum class Stage : std::uint8_t { kSignature, kRegions, kMetadata, kSize, kKnown, kOther };
  void advance();
  void readRegions();
  void readMetadata();

  Stage stage_ = Stage::kSignature;
  StreamWindow window_{0, 8};
  std::uint64_t metadata_offset_ = 0;
  std::uint64_t virtual_size_ = 0;
};

}  // namespace glint::image
