// What an edge says of itself to its origin: how it is, and which images it holds (docs/fleet.md).
// Its wire form is JSON, the body of PUT /glint/v1/edges/{name}.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "image/record.h"

namespace glint::image {

struct HeldImage {
  ImageId image;
  std::uint64_t size = 0;  // bytes of the whole image, all of them held
  // While the origin cannot be asked, somebody may boot the image until then; absent: nobody, since
  // nobody was allowed it lately.
  std::optional<Time> bootable_until;
  bool operator==(const HeldImage&) const = default;
};

struct EdgeReport {
  std::string url;  // where compute hosts reach it
  std::string version;
  std::uint64_t capacity_bytes = 0;
  std::uint64_t used_bytes = 0;
  std::chrono::seconds offline_grace{0};
  std::vector<HeldImage> images;
  bool truncated = false;  // it holds more than kMaxReportedImages: the most recently used are told
  bool operator==(const EdgeReport&) const = default;
};

inline constexpr std::size_t kMaxReportedImages = 5000;
inline constexpr std::size_t kMaxReportBytes = 1u << 20;

std::string edgeReportJson(const EdgeReport& report);

// Errors: kTooLarge, kInvalidArgument (naming the member that is wrong). Unknown members are
// ignored: an edge may be newer than its origin.
Result<EdgeReport> parseEdgeReport(std::string_view text);

// 1 to 64 of A-Z a-z 0-9 . _ -, beginning with a letter or digit.
bool isEdgeName(std::string_view name);

}  // namespace glint::image
