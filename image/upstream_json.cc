#include "image/upstream_json.h"

#include <algorithm>
#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "image/time_text.h"

namespace glint::image {

namespace {

using nlohmann::json;

constexpr std::size_t kMaxText = 1024;    // of any text that is kept
constexpr std::size_t kMaxLabels = 1024;  // tags, and properties, of one image

// Reads fields one by one and remembers the first that is not what it should be.
class ShowAnswer {
 public:
  explicit ShowAnswer(const json& object) : object_(object) {}

  std::optional<std::string> text(const char* name) {
    const auto value = object_.find(name);
    if (value == object_.end() || value->is_null()) return std::nullopt;
    if (!value->is_string() || value->get_ref<const std::string&>().size() > kMaxText) {
      if (wrong_.empty()) wrong_ = name;
      return std::nullopt;
    }
    return value->get<std::string>();
  }

  std::optional<std::uint64_t> size(const char* name) {
    const auto value = object_.find(name);
    if (value == object_.end() || value->is_null()) return std::nullopt;
    if (!value->is_number_unsigned()) {
      if (wrong_.empty()) wrong_ = name;
      return std::nullopt;
    }
    return value->get<std::uint64_t>();
  }

  // Hex of at most `max_length` digits, in lower case.
  std::optional<std::string> hex(const char* name, std::size_t max_length) {
    auto digits = text(name);
    if (!digits || digits->empty() || digits->size() > max_length || digits->size() % 2 != 0)
      return std::nullopt;
    for (char& digit : *digits) {
      if (digit >= 'A' && digit <= 'F') digit = static_cast<char>(digit + ('a' - 'A'));
      if (!(digit >= '0' && digit <= '9') && !(digit >= 'a' && digit <= 'f')) return std::nullopt;
    }
    return digits;
  }

  const std::string& wrong() const { return wrong_; }

 private:
  const json& object_;
  std::string wrong_;
};

std::optional<std::string> algorithmOf(ShowAnswer& answer) {
  auto name = answer.text("os_hash_algo");
  const auto plausible = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  if (!name || name->empty() || name->size() > 64 || !std::ranges::all_of(*name, plausible))
    return std::nullopt;
  return name;
}

auto noImage(const std::string& why) {
  return fail(ErrorCode::kUpstream, "the upstream's answer is no image: " + why);
}

// Names that are no custom properties, among those whose values are text.
constexpr std::array<std::string_view, 19> kBaseTexts = {
    "id",          "status",           "name",          "owner",      "visibility",
    "checksum",    "os_hash_algo",     "os_hash_value", "created_at", "updated_at",
    "disk_format", "container_format", "self",          "file",       "schema",
    "direct_url",  "stores",           "deleted_at",    "tags"};

// Tags and custom properties, leniently: what is of another type is left out.
void readLabels(const json& object, Image& image) {
  if (const auto tags = object.find("tags"); tags != object.end() && tags->is_array()) {
    for (const auto& tag : *tags) {
      if (image.tags.size() >= kMaxLabels) break;
      if (tag.is_string() && tag.get_ref<const std::string&>().size() <= kMaxText)
        image.tags.insert(tag.get<std::string>());
    }
  }
  for (const auto& [name, value] : object.items()) {
    if (image.properties.size() >= kMaxLabels) break;
    if (!value.is_string() || value.get_ref<const std::string&>().size() > kMaxText ||
        name.size() > kMaxText || std::ranges::find(kBaseTexts, name) != kBaseTexts.end())
      continue;
    image.properties.emplace(name, value.get<std::string>());
  }
}

Result<Image> readImage(const json& object) {
  ShowAnswer answer(object);
  Image image;
  const auto id = answer.text("id");
  const auto status = parseStatus(answer.text("status").value_or(""));
  if (!id || id->empty()) return noImage("id");
  if (!status) return noImage("status");
  image.id.value = *id;
  image.status = *status;
  image.name = answer.text("name");
  image.owner = answer.text("owner");
  image.visibility =
      parseVisibility(answer.text("visibility").value_or("")).value_or(Visibility::kPrivate);
  image.size = answer.size("size");
  image.checksum = answer.hex("checksum", 32);
  if (image.checksum && image.checksum->size() != 32) image.checksum.reset();
  image.os_hash_algo = algorithmOf(answer);
  image.os_hash_value = answer.hex("os_hash_value", 128);
  if (!image.os_hash_algo || !image.os_hash_value) {
    image.os_hash_algo.reset();
    image.os_hash_value.reset();
  }
  image.disk_format = answer.text("disk_format");
  image.container_format = answer.text("container_format");
  image.updated_at = parseTime(answer.text("updated_at").value_or("")).value_or(Time{});
  if (!answer.wrong().empty()) return noImage(answer.wrong());
  const auto hidden = object.find("os_hidden");
  image.os_hidden = hidden != object.end() && hidden->is_boolean() && hidden->get<bool>();
  readLabels(object, image);
  return image;
}

}  // namespace

Result<Image> parseShowAnswer(std::string_view body) {
  if (body.size() > kMaxShowAnswer) return noImage("too long");
  const auto object = json::parse(body, nullptr, false);
  if (!object.is_object()) return noImage("not a JSON object");
  return readImage(object);
}

Result<ListAnswer> parseListAnswer(std::string_view body) {
  const auto noList = [] {
    return fail(ErrorCode::kUpstream, "the upstream's answer is no list of images");
  };
  if (body.size() > kMaxListAnswer) return noList();
  const auto object = json::parse(body, nullptr, false);
  if (!object.is_object()) return noList();
  const auto images = object.find("images");
  if (images == object.end() || !images->is_array()) return noList();
  ListAnswer answer;
  for (const auto& one : *images) {
    if (!one.is_object()) continue;
    if (auto image = readImage(one)) answer.images.push_back(std::move(*image));
  }
  const auto next = object.find("next");
  if (next != object.end() && next->is_string()) answer.next = next->get<std::string>();
  // A path of the service itself, nothing else.
  if (!answer.next.starts_with("/v2/") || answer.next.size() > 8 * kMaxText) answer.next.clear();
  return answer;
}

}  // namespace glint::image
