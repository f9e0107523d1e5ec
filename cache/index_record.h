// What the index keeps, and its bytes (docs/cache-format.md). Values are stored, never renumber.
//
// Each record ends with a CRC-32 over its key and its bytes: a damaged record, or one under another
// key, is not read as something else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cache/content_name.h"

namespace glint::cache {

inline constexpr std::string_view kFormatKey = "format";
inline constexpr std::string_view kFormatValue = "glint-cache 1";
inline constexpr std::string_view kContentPrefix = "c/";
inline constexpr std::string_view kUsePrefix = "u/";
inline constexpr std::string_view kAliasPrefix = "a/";

enum class ContentState : std::uint8_t {
  kFilling = 1,  // the file may exist and is worth nothing
  kDurable = 2,  // the file holds the verified bytes, on disk
};

struct ContentRecord {
  ContentName name;
  ContentState state = ContentState::kFilling;
  std::uint64_t size = 0;
  std::uint64_t disk_bytes = 0;
  std::int64_t stored_at_us = 0;  // since 1970, UTC
  bool operator==(const ContentRecord&) const = default;
};

struct UseRecord {
  image::ContentDigest digest;
  std::uint64_t hits = 0;
  std::int64_t last_used_us = 0;
  bool operator==(const UseRecord&) const = default;
};

struct AliasRecord {
  std::string image_id;
  image::ContentDigest digest;
  bool operator==(const AliasRecord&) const = default;
};

std::string contentKey(const ContentName& name);
std::string useKey(const image::ContentDigest& digest);
std::string aliasKey(std::string_view image_id);

std::string encode(const ContentRecord& record);
std::string encode(const UseRecord& record);
std::string encode(const AliasRecord& record);

// nullopt: damaged, or not a record of this kind.
std::optional<ContentRecord> parseContent(std::string_view key, std::string_view value);
std::optional<UseRecord> parseUse(std::string_view key, std::string_view value);
std::optional<AliasRecord> parseAlias(std::string_view key, std::string_view value);

}  // namespace glint::cache
