// Sizes and durations as people write them in configuration.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace glint {

// "4096", "64MiB", "100G", "1.5T": a decimal number and an optional unit B, K, M, G, T, P (also KB,
// KiB …, any case). All units are binary: 1K = 1 KB = 1 KiB = 1024 bytes. Fractions are rounded
// down to a byte. Errors: kInvalidArgument, the message says what is wrong with the text.
Result<std::uint64_t> parseSize(std::string_view text);
// The shortest exact spelling that parseSize() reads: "64M", "100G", "1000".
std::string formatSize(std::uint64_t bytes);
// Rounded, for people: "1.5 GiB", "512 B".
std::string humanSize(std::uint64_t bytes);

// "500ms", "60s", "1.5m", "2h", "7d": a decimal number and a unit; only "0" may stand without one.
// Errors: kInvalidArgument.
Result<std::chrono::milliseconds> parseDuration(std::string_view text);
// The shortest exact spelling that parseDuration() reads.
std::string formatDuration(std::chrono::milliseconds duration);

}  // namespace glint
