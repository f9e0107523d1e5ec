#include "cache/index_record.h"

#include <zlib.h>

#include <concepts>

namespace glint::cache {
namespace {

constexpr std::uint8_t kRecordVersion = 1;
constexpr std::size_t kChecksumBytes = 4;

std::uint32_t checksum(std::string_view key, std::string_view body) {
  const auto add = [](uLong sum, std::string_view text) {
    return ::crc32(sum, reinterpret_cast<const Bytef*>(text.data()),
                   static_cast<uInt>(text.size()));
  };
  return static_cast<std::uint32_t>(add(add(0, key), body));
}

// Little endian, whatever the machine.
template <std::unsigned_integral Number>
void put(std::string& out, Number number) {
  for (std::size_t i = 0; i < sizeof number; ++i) {
    out.push_back(static_cast<char>(static_cast<std::uint64_t>(number) >> (8 * i) & 0xff));
  }
}

template <std::unsigned_integral Number>
bool take(std::string_view& in, Number& number) {
  if (in.size() < sizeof number) return false;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof number; ++i) {
    value |= static_cast<std::uint64_t>(static_cast<unsigned char>(in[i])) << (8 * i);
  }
  number = static_cast<Number>(value);
  in.remove_prefix(sizeof number);
  return true;
}

bool take(std::string_view& in, std::int64_t& number) {
  std::uint64_t bits = 0;
  if (!take(in, bits)) return false;
  number = static_cast<std::int64_t>(bits);
  return true;
}

std::string begin() { return std::string(1, static_cast<char>(kRecordVersion)); }

std::string finish(std::string_view key, std::string body) {
  put(body, checksum(key, body));
  return body;
}

// The fields of an intact record.
std::optional<std::string_view> fields(std::string_view key, std::string_view value) {
  if (value.size() < 1 + kChecksumBytes) return std::nullopt;
  const std::string_view body = value.substr(0, value.size() - kChecksumBytes);
  std::string_view tail = value.substr(body.size());
  std::uint32_t sum = 0;
  if (!take(tail, sum) || sum != checksum(key, body)) return std::nullopt;
  if (static_cast<std::uint8_t>(body[0]) != kRecordVersion) return std::nullopt;
  return body.substr(1);
}

}  // namespace

std::string contentKey(const ContentName& name) {
  return std::string(kContentPrefix) + fileName(name);
}
std::string useKey(const image::ContentDigest& digest) {
  return std::string(kUsePrefix) + digestName(digest);
}
std::string aliasKey(std::string_view image_id) {
  return std::string(kAliasPrefix).append(image_id);
}

std::string encode(const ContentRecord& record) {
  std::string body = begin();
  put(body, static_cast<std::uint8_t>(record.state));
  put(body, record.size);
  put(body, record.disk_bytes);
  put(body, static_cast<std::uint64_t>(record.stored_at_us));
  return finish(contentKey(record.name), std::move(body));
}

std::string encode(const UseRecord& record) {
  std::string body = begin();
  put(body, record.hits);
  put(body, static_cast<std::uint64_t>(record.last_used_us));
  return finish(useKey(record.digest), std::move(body));
}

std::string encode(const AliasRecord& record) {
  return finish(aliasKey(record.image_id), begin() + digestName(record.digest));
}

std::optional<ContentRecord> parseContent(std::string_view key, std::string_view value) {
  if (!key.starts_with(kContentPrefix)) return std::nullopt;
  auto name = parseFileName(key.substr(kContentPrefix.size()));
  auto in = fields(key, value);
  if (!name || !in) return std::nullopt;
  ContentRecord record{std::move(*name)};
  std::uint8_t state = 0;
  const bool whole = take(*in, state) && take(*in, record.size) && take(*in, record.disk_bytes) &&
                     take(*in, record.stored_at_us) && in->empty();
  record.state = static_cast<ContentState>(state);
  const bool known =
      record.state == ContentState::kFilling || record.state == ContentState::kDurable;
  if (!whole || !known) return std::nullopt;
  return record;
}

std::optional<UseRecord> parseUse(std::string_view key, std::string_view value) {
  if (!key.starts_with(kUsePrefix)) return std::nullopt;
  auto digest = parseDigestName(key.substr(kUsePrefix.size()));
  auto in = fields(key, value);
  if (!digest || !in) return std::nullopt;
  UseRecord record{std::move(*digest)};
  if (!take(*in, record.hits) || !take(*in, record.last_used_us) || !in->empty()) {
    return std::nullopt;
  }
  return record;
}

std::optional<AliasRecord> parseAlias(std::string_view key, std::string_view value) {
  auto in = fields(key, value);
  if (!key.starts_with(kAliasPrefix) || !in) return std::nullopt;
  auto digest = parseDigestName(*in);
  if (!digest) return std::nullopt;
  return AliasRecord{std::string(key.substr(kAliasPrefix.size())), std::move(*digest)};
}

}  // namespace glint::cache
