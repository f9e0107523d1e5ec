#include "image/edge_report.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "http/json.h"
#include "image/time_text.h"

namespace glint::image {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxName = 64;
constexpr std::size_t kMaxUrl = 2048;
constexpr std::size_t kMaxVersion = 64;
constexpr std::size_t kMaxImageId = 36;
constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

tl::unexpected<Error> wrong(std::string_view member) {
  return fail(ErrorCode::kInvalidArgument,
              "edge report: " + std::string(member) + " is missing or wrong");
}

std::optional<std::string> text(const json& object, const char* name, std::size_t longest) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return std::nullopt;
  auto value = found->get<std::string>();
  if (value.empty() || value.size() > longest) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> number(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number_unsigned()) return std::nullopt;
  const auto value = found->get<std::uint64_t>();
  return value > kLargest ? std::nullopt : std::optional(value);
}

Result<HeldImage> parseImage(const json& object) {
  if (!object.is_object()) return wrong("images");
  auto id = text(object, "id", kMaxImageId);
  const auto size = number(object, "size");
  if (!id) return wrong("images: id");
  if (!size) return wrong("images: size");
  HeldImage held{.image = {std::move(*id)}, .size = *size, .bootable_until = std::nullopt};
  const auto until = object.find("bootable_until");
  if (until == object.end() || until->is_null()) return held;
  if (until->is_string()) held.bootable_until = parseTime(until->get_ref<const std::string&>());
  if (!held.bootable_until) return wrong("images: bootable_until");
  return held;
}

}  // namespace

std::string edgeReportJson(const EdgeReport& report) {
  auto images = json::array();
  for (const HeldImage& held : report.images) {
    json image = {{"id", held.image.value}, {"size", held.size}};
    if (held.bootable_until) image["bootable_until"] = formatTime(*held.bootable_until);
    images.push_back(std::move(image));
  }
  return http::dumpJson({{"url", report.url},
                         {"version", report.version},
                         {"capacity_bytes", report.capacity_bytes},
                         {"used_bytes", report.used_bytes},
                         {"offline_grace_seconds", report.offline_grace.count()},
                         {"truncated", report.truncated},
                         {"images", std::move(images)}});
}

Result<EdgeReport> parseEdgeReport(std::string_view body) {
  auto document = http::parseJson(body, {.max_bytes = kMaxReportBytes, .max_depth = 4});
  if (!document) return tl::unexpected(document.error());
  if (!document->is_object()) return wrong("the whole");
  EdgeReport report;
  auto url = text(*document, "url", kMaxUrl);
  auto version = text(*document, "version", kMaxVersion);
  const auto capacity = number(*document, "capacity_bytes");
  const auto used = number(*document, "used_bytes");
  const auto grace = number(*document, "offline_grace_seconds");
  if (!url) return wrong("url");
  if (!version) return wrong("version");
  if (!capacity) return wrong("capacity_bytes");
  if (!used) return wrong("used_bytes");
  if (!grace) return wrong("offline_grace_seconds");
  report.url = std::move(*url);
  report.version = std::move(*version);
  report.capacity_bytes = *capacity;
  report.used_bytes = *used;
  report.offline_grace = std::chrono::seconds(static_cast<std::int64_t>(*grace));
  const auto truncated = document->find("truncated");
  if (truncated != document->end() && !truncated->is_boolean()) return wrong("truncated");
  report.truncated = truncated != document->end() && truncated->get<bool>();
  const auto images = document->find("images");
  if (images == document->end() || !images->is_array() || images->size() > kMaxReportedImages)
    return wrong("images");
  for (const json& object : *images) {
    auto held = parseImage(object);
    if (!held) return tl::unexpected(held.error());
    report.images.push_back(std::move(*held));
  }
  return report;
}

bool isEdgeName(std::string_view name) {
  const auto alnum = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return !name.empty() && name.size() <= kMaxName && alnum(name.front()) &&
         std::ranges::all_of(name,
                             [&](char c) { return alnum(c) || c == '.' || c == '_' || c == '-'; });
}

}  // namespace glint::image
